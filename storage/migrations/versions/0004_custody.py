"""a chain of custody over captures and versions, and the bytes each capture added to its file"""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _captures()
    _custody()


def _captures() -> None:
    # in place, not as a batch: a rebuilt table would forget which ids were used before
    for name in ("previous_chain", "chain"):
        op.drop_column("capture", name)
    for column in (
        sa.Column("written_from", sa.Integer(), nullable=True),
        sa.Column("written_to", sa.Integer(), nullable=True),
        sa.Column("written_sha256", sa.String(length=64), nullable=True),
    ):
        op.add_column("capture", column)


def _custody() -> None:
    """What is kept already is entered at the next start, when its files can be read too."""
    op.create_table(
        "custody",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody")),
    )
    op.create_index("ix_custody_what", "custody", ["what", "subject"])


def downgrade() -> None:
    raise RuntimeError("a schema never goes back: restore the backup made before the migration")
