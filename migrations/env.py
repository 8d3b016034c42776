"""The environment of Alembic: runs migrations on a given connection, and drafts new ones from the models."""

from typing import Any

import sqlalchemy as sa
from alembic import context

from api import models
from api.settings import Settings
from api.storage.database import engine


def ours(name: str | None, kind: str, _: Any) -> bool:  # noqa: ANN401 - Alembic passes the parents' names
    """Whether an object of the database belongs to the models; search indexes differ between databases and do not."""
    tables = models.Base.metadata.tables
    if kind == "index":
        return any(index.name == name for table in tables.values() for index in table.indexes)
    return kind != "table" or name in tables


def run(connection: sa.Connection) -> None:
    context.configure(
        connection,
        target_metadata=models.Base.metadata,
        render_as_batch=True,  # SQLite changes a table by replacing it, PostgreSQL alters it
        include_name=ours,
    )
    with context.begin_transaction():
        context.run_migrations()


given: sa.Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    made = engine(Settings().database_url)
    with made.connect() as opened:
        run(opened)
    made.dispose()
