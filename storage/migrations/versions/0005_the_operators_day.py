"""what each source's crawls counted by day, notes of the running job, conditions, alerts and their deliveries"""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f"ALTER TABLE source_state ADD COLUMN last_new {UtcDateTime().compile(op.get_bind().dialect)}")
    op.execute(
        "UPDATE source_state SET last_new = (SELECT max(run.finished) FROM run JOIN run_count ON run_count.run_id = run.id"
        " WHERE run.source_id = source_state.source_id AND run_count.what = 'leads_new')"
    )
    op.create_table(
        "source_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "source_id", "what", name=op.f("pk_source_day")),
    )
    _sum_up_days()
    op.create_table(
        "note",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_note")),
    )
    op.create_table(
        "condition",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "name", name=op.f("pk_condition")),
    )
    _outbox()


def _sum_up_days() -> None:
    names = ("id", "source_id", "started", "outcome")
    run = sa.table("run", *(sa.column(name) for name in names))
    counted = sa.table("run_count", sa.column("run_id"), sa.column("what"), sa.column("count"))
    days = sa.table("source_day", *(sa.column(name) for name in ("source_id", "day", "what", "count")))
    sqlite = op.get_bind().dialect.name == "sqlite"
    day = (
        sa.func.date(run.c.started)
        if sqlite
        else sa.cast(sa.func.timezone(sa.literal_column("'UTC'"), run.c.started), sa.Date)
    )
    summed = (
        sa.select(run.c.source_id, day, counted.c.what, sa.func.sum(counted.c.count))
        .join_from(run, counted, counted.c.run_id == run.c.id)
        .group_by(run.c.source_id, day, counted.c.what)
    )
    polls = sa.select(run.c.source_id, day, sa.literal_column("'polls'"), sa.func.count())
    failed = sa.select(run.c.source_id, day, sa.literal_column("'failed'"), sa.func.count())
    failed = failed.where(run.c.outcome == "error")
    for statement in (summed, *(one.group_by(run.c.source_id, day) for one in (polls, failed))):
        op.execute(days.insert().from_select(["source_id", "day", "what", "count"], statement))


def _outbox() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("addressed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_alert_key_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_at", "alert", ["at"])
    op.create_table(
        "delivery",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_delivery_alert_id_alert")),
        sa.PrimaryKeyConstraint("alert_id", "target", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_open", "delivery", ["state", "next_try"])


def downgrade() -> None:
    raise RuntimeError("a schema never goes back: restore the backup made before the migration")
