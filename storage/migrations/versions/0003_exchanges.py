"""the ledger: exchanges, the reports put to them, where numbers moved, and what analysts decided"""

import sqlalchemy as sa
from alembic import op

from storage.columns import SafeJson, SafeText, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reported",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("verdict_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name="fk_reported_finding_id_finding"),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.id"], name="fk_reported_verdict_id_verdict"),
        sa.PrimaryKeyConstraint("finding_id", name="pk_reported"),
    )
    op.create_index("ix_reported_day", "reported", ["day"])
    op.create_index("ix_reported_published_on", "reported", ["published_on"])
    op.create_table(
        "exchange",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conflict", SafeText(), nullable=False),
        sa.Column("matter", SafeText(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("status", SafeText(), nullable=True),
        sa.Column("deal", SafeText(), nullable=True),
        sa.Column("stage", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("minted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exchange"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_exchange_day", "exchange", ["day"])
    op.create_table(
        "exchange_part",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("matter", SafeText(), nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=True),
        sa.Column("exchange_id", sa.Integer(), nullable=True),
        sa.Column("reason", SafeText(), nullable=True),
        sa.Column("because", SafeText(), nullable=False),
        sa.Column("claims", SafeJson(), nullable=False),
        sa.Column("reconciled_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name="fk_exchange_part_finding_id_finding"),
        sa.ForeignKeyConstraint(["machine_id"], ["exchange.id"], name="fk_exchange_part_machine_id_exchange"),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchange.id"], name="fk_exchange_part_exchange_id_exchange"
        ),
        sa.PrimaryKeyConstraint("finding_id", "matter", name="pk_exchange_part"),
    )
    op.create_index("ix_exchange_part_machine_id", "exchange_part", ["machine_id"])
    op.create_index("ix_exchange_part_exchange_id", "exchange_part", ["exchange_id"])
    op.create_table(
        "exchange_forward",
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("new_id", sa.Integer(), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["old_id"], ["exchange.id"], name="fk_exchange_forward_old_id_exchange"),
        sa.ForeignKeyConstraint(["new_id"], ["exchange.id"], name="fk_exchange_forward_new_id_exchange"),
        sa.PrimaryKeyConstraint("old_id", "new_id", name="pk_exchange_forward"),
    )
    op.create_table(
        "ledger_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", SafeText(), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=True),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("findings", SafeJson(), nullable=False),
        sa.Column("claims", SafeJson(), nullable=False),
        sa.Column("why", SafeText(), nullable=False),
        sa.Column("made_by", SafeText(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", SafeText(), nullable=True),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchange.id"], name="fk_ledger_decision_exchange_id_exchange"
        ),
        sa.ForeignKeyConstraint(["other_id"], ["exchange.id"], name="fk_ledger_decision_other_id_exchange"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ledger_decision_exchange_id", "ledger_decision", ["exchange_id"])
    op.create_index("ix_ledger_decision_other_id", "ledger_decision", ["other_id"])


def downgrade() -> None:
    raise RuntimeError("a schema never goes back: restore the backup made before the migration")
