"""The note in docs/proxies.md, as it stands there, behind a real nginx and a real Varnish where these are installed."""

import contextlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from mcp import Client

from api.settings import PROJECT
from tests.support.live import Api, serving

PATIENCE_S = 20
PREFIX = {"nginx": "/conflict", "varnish": ""}
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; {note} }}
}}
"""
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def note(language: str) -> str:
    """The configuration that docs/proxies.md shows."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", (PROJECT / "docs" / "proxies.md").read_text(), re.DOTALL)
    return str(found)


def nginx(folder: Path, port: int, service: int) -> list[str]:
    configured = note("nginx").replace("127.0.0.1:8000", f"127.0.0.1:{service}")
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, port=port, note=configured))
    return ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(file)]


def varnish(folder: Path, port: int, service: int) -> list[str]:
    file = folder / "default.vcl"
    file.write_text(note("vcl").replace('"8000"', f'"{service}"'))
    at = f"127.0.0.1:{port}"
    return ["varnishd", "-F", "-a", at, "-f", str(file), "-n", str(folder / "work"), "-s", "malloc,16M", "-T", "none"]


PROXIES: dict[str, tuple[str, Callable[[Path, int, int], list[str]]]] = {
    "nginx": ("nginx", nginx),
    "varnish": ("varnishd", varnish),
}


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """A proxy, from when it takes connections; stopped by its process id."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(PATIENCE_S * 20):
                assert process.poll() is None, f"{command[0]} did not start"
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


@pytest.fixture(params=PROXIES)
def proxied(request: pytest.FixtureRequest, dossier_of_sqlite: str) -> Iterator[tuple[str, Api]]:
    """The address under which a proxy lends the service, and the service."""
    program, configured = PROXIES[request.param]
    if shutil.which(program) is None:
        pytest.skip(f"NO {program} HERE: docs/proxies.md stays untried on this machine (Debian: {request.param})")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    root = f"http://127.0.0.1:{port}{PREFIX[request.param]}"
    with tempfile.TemporaryDirectory() as made, serving(dossier_of_sqlite, public_url=root) as api:
        folder = Path(made)
        folder.chmod(0o755)  # proxies started by root read it as somebody else
        command = configured(folder, port, urlsplit(str(api.client.base_url)).port or 0)
        with running(command, port):
            yield root, api


def test_settings_of_the_note_work_through_the_proxy(proxied: tuple[str, Api]) -> None:
    root, _ = proxied
    with httpx.Client(timeout=PATIENCE_S) as client:
        first = client.get(f"{root}/events?limit=3")
        assert first.json()["links"]["self"].startswith(urlsplit(root).path + "/events")
        tag = first.headers["etag"]
        again = client.get(f"{root}/events?limit=3", headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        packed = client.get(f"{root}/events?limit=50", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        whole = client.get(f"{root}/events.csv", headers={"Accept-Encoding": "identity"}).content
        part = client.get(f"{root}/events.csv", headers={"Range": "bytes=10-19", "Accept-Encoding": "identity"})
        assert (part.status_code, part.content) == (206, whole[10:20])
        head = client.head(f"{root}/events.csv", headers={"Accept-Encoding": "identity"})
        assert head.headers["content-length"] == str(len(whole))
        shown = client.get(f"{root}/explore", headers={"Accept": "text/html"})
        assert f'href="{urlsplit(root).path}/explore/disputes"' in shown.text
        assert "content-security-policy" in shown.headers


def test_neighbours_ask_through_it(proxied: tuple[str, Api]) -> None:
    """OGC API Features: links of the first page lead through the proxy to all that there is."""
    root, api = proxied
    with httpx.Client(timeout=PATIENCE_S) as client:
        landing = client.get(f"{root}/ogc").json()
        (data,) = [link["href"] for link in landing["links"] if link["rel"] == "data"]
        (events,) = [one for one in client.get(data).json()["collections"] if one["id"] == "events"]
        items = next(link["href"] for link in events["links"] if link["rel"] == "items")
        found: list[str] = []
        following: str | None = f"{items}?limit=10&bbox=38,48,39,49&datetime=2022-07-01/2022-07-03"
        while following is not None:
            assert following.startswith(root)
            page = client.get(following).json()
            found += [feature["id"] for feature in page["features"]]
            following = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
        same = "/ogc/collections/events/items?limit=1000&bbox=38,48,39,49&datetime=2022-07-01/2022-07-03"
        direct = api.good(same).json()
        assert found == [feature["id"] for feature in direct["features"]] != []


async def test_assistants_ask_through_it(proxied: tuple[str, Api]) -> None:
    root, _ = proxied
    async with Client(f"{root}/mcp") as client:
        answer = await client.call_tool("search", {"what": "events", "filters": {"party": "lpr", "kind": "capture"}})
    (content,) = answer.content
    assert not answer.is_error, content
    said = orjson.loads(content.text)  # type: ignore[union-attr]
    assert [row["id"] for row in said["records"]] == ["capture-of-lysychansk"]
    assert said["link"].startswith(f"{root}/events?")
    async with httpx.AsyncClient(timeout=PATIENCE_S) as plain:
        assert (await plain.get(said["link"])).json()["meta"]["description"] == said["said"]
