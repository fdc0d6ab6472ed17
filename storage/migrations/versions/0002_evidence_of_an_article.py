"""captures know their article, leads the list that named them, articles whether they are still up, and the index holds plain words"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PLAIN_WORD = re.compile(r"[^\W_]+")
LONGEST = 250_000
BATCH = 500


def upgrade() -> None:
    op.execute("ALTER TABLE article ADD COLUMN state TEXT NOT NULL DEFAULT 'live'")
    # in place, not as a batch: a rebuilt table would forget which ids were used before
    op.execute(
        "ALTER TABLE capture ADD COLUMN article_id INTEGER"
        " CONSTRAINT fk_capture_article_id_article REFERENCES article (id)"
    )
    op.create_index("ix_capture_article_id", "capture", ["article_id"])
    op.execute(
        "UPDATE capture SET article_id ="
        " (SELECT min(version.article_id) FROM version WHERE version.capture_id = capture.id)"
    )
    op.execute(
        "ALTER TABLE lead ADD COLUMN list_capture_id INTEGER"
        " CONSTRAINT fk_lead_list_capture_id_capture REFERENCES capture (id)"
    )
    op.create_index("ix_lead_list_capture_id", "lead", ["list_capture_id"])
    op.create_index("ix_carrier_source_id", "carrier", ["source_id"])
    _plain_words(op.get_bind())


def _plain_words(connection: sa.Connection) -> None:
    index = sa.table("search_text", sa.column("finding_id", sa.Integer), sa.column("lemmas", sa.Text))
    last = 0
    while True:
        rows = connection.execute(
            sa.select(index).where(index.c.finding_id > last).order_by(index.c.finding_id).limit(BATCH)
        ).all()
        if not rows:
            return
        for row in rows:
            words = " ".join(PLAIN_WORD.findall(row.lemmas))[:LONGEST]
            connection.execute(
                sa.update(index).where(index.c.finding_id == row.finding_id).values(lemmas=words)
            )
        last = rows[-1].finding_id


def downgrade() -> None:
    raise RuntimeError("a schema never goes back: restore the backup made before the migration")
