"""Secrets from the environment: `${NAME}`, or the file that `NAME_FILE` points to. Only where a secret belongs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crawler.config.reading import Location

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

SECRET_PLACES = (
    re.compile(r"^database\.url$"),
    re.compile(r"^alerts\.to\.[^.]+\.url$"),
    re.compile(r"^network\.proxy$"),
    re.compile(r"^serve\.password$"),
    re.compile(r"^sources\.\d+\.proxy$"),
    re.compile(r"^sources\.\d+\.headers\.[^.]+$"),
)


class Missing(Exception):
    """A variable is not set, is empty, or stands where no secret belongs; the text is the complaint."""


def filled(value: Any, where: Location, environ: Mapping[str, str]) -> Any:
    """Return a value with its references replaced.

    Raises:
        Missing: see there.
    """
    if not isinstance(value, str) or "${" not in value:
        return value
    place = ".".join(str(part) for part in where)
    if not any(pattern.match(place) for pattern in SECRET_PLACES):
        raise Missing(
            "${…} is filled in only for secrets (database.url, proxy, headers, alerts.to, serve.password); write the value here"
        )
    return REFERENCE.sub(lambda match: _secret(match.group(1), environ), value)


def _secret(name: str, environ: Mapping[str, str]) -> str:
    if value := environ.get(name):
        return value
    file = environ.get(f"{name}_FILE")
    if file:
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Missing(
                f"the file that {name}_FILE points to can't be read: {error.strerror or error}"
            ) from error
        if value:
            return value
    raise Missing(
        f"the environment variable {name} is {'empty' if name in environ else 'not set'}; set it, or {name}_FILE"
    )
