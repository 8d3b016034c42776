"""Creates all tables of the models.

Nothing is released, so no older database has to be migrated. The first release will replace this by explicit
statements.
"""

from alembic import op

from api import models

revision = "0001"
down_revision = None


def upgrade() -> None:
    models.Base.metadata.create_all(op.get_bind())


def downgrade() -> None:
    models.Base.metadata.drop_all(op.get_bind())
