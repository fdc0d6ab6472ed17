"""walks through what sources published before they were followed: which range, which lists are done, what came of it"""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backfill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("started", UtcDateTime(), nullable=False),
        sa.Column("finished", UtcDateTime(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_backfill_name", "backfill", ["what", "name"])
    op.create_table(
        "backfill_list",
        sa.Column("backfill_id", sa.Integer(), nullable=False),
        sa.Column("url_hash", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("further", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["backfill_id"], ["backfill.id"], name=op.f("fk_backfill_list_backfill_id_backfill")
        ),
        sa.PrimaryKeyConstraint("backfill_id", "url_hash", name=op.f("pk_backfill_list")),
    )


def downgrade() -> None:
    raise RuntimeError("a schema never goes back: restore the backup made before the migration")
