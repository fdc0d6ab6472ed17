"""stretches of the chain of custody that were read again; findings in the order in which lists show them"""

import sqlalchemy as sa
from alembic import op

from storage.columns import SafeJson, SafeText, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stretch",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", SafeText(), nullable=False),
        sa.Column("problems", SafeJson(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_stretch")),
    )
    op.drop_index(op.f("ix_finding_standing"), "finding")
    op.create_index("ix_finding_newest", "finding", ["standing", "first_kept", "id"])
    op.create_index(op.f("ix_finding_changed_at"), "finding", ["changed_at"])


def downgrade() -> None:
    raise RuntimeError("a schema never goes back: restore the backup made before the migration")
