"""Pages for people: server-rendered, of the API's own answers, whole without a script."""

from fastapi import FastAPI

from api.http.pages import explore, frame, records

router = explore.router
"""The pages with filters, whose parameters take long to read."""


def install(app: FastAPI) -> None:
    """Register every page; to be called after every other handler is registered."""
    for part in (explore, records):
        app.include_router(part.router)
    frame.install(app)
