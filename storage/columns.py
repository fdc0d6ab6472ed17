"""Column types that hold the same on SQLite and PostgreSQL, whatever an outlet sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from storage.text_safety import storable


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: stored as UTC, returned aware on every engine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse instants without a zone; turn the others into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without a zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Put UTC on what SQLite returns bare."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SafeText(TypeDecorator[str]):
    """Text in which what no database takes is marked, so that one character can't cost a whole transaction."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Mark NUL and lone surrogates."""
        return None if value is None else storable(value)


class SafeJson(TypeDecorator[Any]):
    """Lists and mappings as portable JSON, their texts as safe as in text columns."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Mark NUL and lone surrogates in every text inside."""
        return safe(value)


def safe(value: Any) -> Any:
    """Return a value as the database holds it: what no database takes is marked in every text inside."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): safe(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [safe(inner) for inner in value]
    return value
