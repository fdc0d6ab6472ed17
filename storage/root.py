"""What all tables have in common: their root, its names for constraints, the types of columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import MetaData, String
from sqlalchemy.orm import DeclarativeBase

from storage.columns import SafeJson, SafeText, UtcDateTime

NEVER_REUSED = {"sqlite_autoincrement": True}

HASH = String(64)
"""SHA-256 as hex."""


class Base(DeclarativeBase):
    """Root of all tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime,
        str: SafeText,
        list[Any]: SafeJson,
        dict[str, Any]: SafeJson,
    }
