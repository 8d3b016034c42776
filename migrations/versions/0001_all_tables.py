"""All tables, as the models say.

Nothing is released, so there is no older database to bring along: until there is, this one version builds whatever the
models say, and its text is written out by the first release.
"""

from alembic import op

from api import models

revision = "0001"
down_revision = None


def upgrade() -> None:
    models.Base.metadata.create_all(op.get_bind())


def downgrade() -> None:
    models.Base.metadata.drop_all(op.get_bind())
