"""a chain of custody, the bytes each capture added to its file, later looks at pages, edits of claims, and families of copies"""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _captures()
    _custody()
    _looks()
    _edits()
    _copies()


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
    op.create_table(
        "tombstone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
        sa.UniqueConstraint("what", "subject", name=op.f("uq_tombstone_what")),
        sqlite_autoincrement=True,
    )


def _looks() -> None:
    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_look_article_id_article")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_look_version_id_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_look_article_id"), "look", ["article_id"])
    op.create_table(
        "recheck",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("due", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_recheck_article_id_article")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_recheck_lead_id_lead")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_recheck")),
    )
    op.create_index(op.f("ix_recheck_due"), "recheck", ["due"])
    # what was found before is looked at once, and then as its age asks for
    op.execute(
        "INSERT INTO recheck (article_id, lead_id, due, tries)"
        " SELECT finding.article_id, min(lead.id), min(finding.first_kept), 0 FROM finding"
        " JOIN lead ON lead.article_id = finding.article_id"
        " WHERE NOT lead.complete OR lead.url LIKE 'https://t.me/%' GROUP BY finding.article_id"
    )


def _edits() -> None:
    op.add_column("version", sa.Column("core_sha256", sa.String(length=64), nullable=True))
    op.create_table(
        "edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("previous_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_edit_article_id_article")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_edit_version_id_version")),
        sa.ForeignKeyConstraint(["previous_id"], ["version.id"], name=op.f("fk_edit_previous_id_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_edit_article_id"), "edit", ["article_id"])
    op.create_index(op.f("ix_edit_at"), "edit", ["at"])


def _copies() -> None:
    op.add_column("version", sa.Column("credits", sa.JSON(), nullable=True))
    op.create_table(
        "copy",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("family", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("shingles", sa.Integer(), nullable=False),
        sa.Column("minhash", sa.LargeBinary(), nullable=True),
        sa.Column("like_id", sa.Integer(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("share", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_copy_article_id_article")),
        sa.ForeignKeyConstraint(["like_id"], ["article.id"], name=op.f("fk_copy_like_id_article")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_copy")),
    )
    op.create_index(op.f("ix_copy_family"), "copy", ["family"])
    op.create_index("ix_copy_at", "copy", ["language", "at"])


def downgrade() -> None:
    raise RuntimeError("a schema never goes back: restore the backup made before the migration")
