"""What Alembic runs: migrations on a connection it is given, and drafts of new ones from the models."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from api import models
from api.settings import Settings
from api.storage.database import engine


def render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - Alembic passes parts of many kinds
    """Write drafts with the names of `migrations.parts`."""
    if kind == "type" and item is models.TEXT:
        return "TEXT"
    if kind == "type" and item is models.NAMES:
        return "NAMES"
    return False


def run(connection: sa.Connection) -> None:
    context.configure(
        connection,
        target_metadata=models.Base.metadata,
        render_as_batch=True,  # SQLite changes a table by replacing it; PostgreSQL alters it as ever
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()


given: sa.Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with engine(Settings().database_url).connect() as opened:
        run(opened)
