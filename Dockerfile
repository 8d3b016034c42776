FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

ENV PYTHONUNBUFFERED=1
WORKDIR /app
RUN useradd --uid 10001 --no-create-home counterclaim && install -d -o counterclaim data

COPY pyproject.toml requirements.txt LICENSE ./
COPY api ./api
COPY migrations ./migrations
COPY seed ./seed
COPY docs/story.md ./docs/story.md
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation -e .

USER counterclaim
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
CMD ["counterclaim", "up", "--host", "0.0.0.0"]
