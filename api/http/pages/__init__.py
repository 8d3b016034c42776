"""Pages for people: rendered on the server from the API's own responses, complete without JavaScript."""

from fastapi import FastAPI

from api.http.pages import explore, frame, records

router = explore.router
"""The pages with filters, whose parameters are slow to parse."""


def install(app: FastAPI) -> None:
    """Register every page; call this after all other handlers are registered."""
    for part in (explore, records):
        app.include_router(part.router)
    frame.install(app)
