"""Alembic's entry: migrations run on the connection that the caller holds, in one transaction."""

from alembic import context
from sqlalchemy.schema import SchemaItem

from storage import job_tables, tables  # noqa: F401 - tables make themselves known to Base
from storage.root import Base


def include_object(
    _item: SchemaItem,
    name: str | None,
    kind: str,
    _reflected: bool,
    _compare_to: SchemaItem | None,
) -> bool:
    """Leave the full-text index out of comparisons: each engine has its own, made by hand."""
    return not (
        (name or "").startswith(("search_fts", "ix_search_text_words")) or (kind, name) == ("column", "words")
    )


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    include_object=include_object,
)
with context.begin_transaction():
    context.run_migrations()
