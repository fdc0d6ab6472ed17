"""what is odd about a source's list although it answers"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source_state", sa.Column("notice", sa.Text(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("a schema never goes back: restore the backup made before the migration")
