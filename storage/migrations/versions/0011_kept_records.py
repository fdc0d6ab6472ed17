"""each exchange's record as it was last put together, and the rules that made it"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exchange", sa.Column("record", sa.Text(), nullable=True))
    op.add_column("exchange", sa.Column("rules", sa.Text(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("a schema never goes back: restore the backup made before the migration")
