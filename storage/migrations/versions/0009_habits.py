"""what polls taught of how often a source publishes"""

import sqlalchemy as sa
from alembic import op

from storage.columns import SafeJson

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source_state", sa.Column("habits", SafeJson(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("a schema never goes back: restore the backup made before the migration")
