"""From a path to a Config, or to every complaint at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from crawler.config import reading, schema, secrets
from crawler.config.reading import Location, Positions, dotted
from crawler.config.settings import (
    Addressee,
    Alerts,
    Config,
    Group,
    MetricsPort,
    Network,
    QuietHours,
    SavedSearch,
    Serve,
)
from crawler.errors import ConfigError
from crawler.model import Limits, PageRules, Source
from crawler.urls import canonical

REMEDIES = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a known key",
    "bool_type": "write true or false",
    "int_type": "write a whole number",
    "string_type": "write text; put it in quotes where it looks like a number or a date",
    "list_type": "write a list: [a, b]",
    "dict_type": "write keys and values",
    "model_type": "write keys and values",
    "model_attributes_type": "write keys and values",
}


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Return the checked configuration of a file.

    Raises:
        ConfigError: its `problems` hold every complaint, one line each.
    """
    path = path.absolute()
    return loads(reading.read_bytes(path), name=path.name, environ=environ, folder=path.parent)


def loads(body: bytes, *, name: str, environ: Mapping[str, str], folder: Path) -> Config:
    """Return the checked configuration of a file's bytes; relative paths start at `folder`.

    Raises:
        ConfigError: its `problems` hold every complaint, one line each.
    """
    tree, positions = reading.tree(body, name)
    if not isinstance(tree, dict):
        raise ConfigError([f"{name}:1:1: the file: expected keys such as `version: 1` and `sources:`"])
    problems: list[str] = []
    tree = _with_secrets(tree, (), environ, _Complaints(name, positions, problems))
    try:
        checked = schema.ConfigFile.model_validate(tree)
    except ValidationError as error:
        problems += [_complaint(detail, name, positions) for detail in error.errors(include_url=False)]
        raise ConfigError(sorted(problems, key=_line)) from error
    problems += [
        f"{name}:{line}:{column}: {dotted(where)}: read nothing; write a value, or remove the key"
        for where in _empty(tree, ())
        for line, column in (_position(where, positions),)
    ]
    problems += _duplicates(checked.sources, name, positions) + _crossed_bounds(checked, name, positions)
    if problems:
        raise ConfigError(sorted(problems, key=_line))
    return replace(_config(checked, name, folder), digest=hashlib.sha256(body).hexdigest())


class _Complaints:
    """Collects complaints with their places."""

    def __init__(self, name: str, positions: Positions, problems: list[str]) -> None:
        self.name, self.positions, self.problems = name, positions, problems

    def add(self, where: Location, words: str) -> None:
        line, column = _position(where, self.positions)
        self.problems.append(f"{self.name}:{line}:{column}: {dotted(where)}: {words}")


def _with_secrets(value: Any, where: Location, environ: Mapping[str, str], complaints: _Complaints) -> Any:
    if isinstance(value, dict):
        return {key: _with_secrets(inner, (*where, key), environ, complaints) for key, inner in value.items()}
    if isinstance(value, list):
        return [
            _with_secrets(inner, (*where, number), environ, complaints) for number, inner in enumerate(value)
        ]
    try:
        return secrets.filled(value, where, environ)
    except secrets.Missing as error:
        complaints.add(where, str(error))
        return value


def _position(where: Location, positions: Positions) -> tuple[int, int]:
    """Return where a key stands, or the nearest part of the file around it."""
    for length in range(len(where), -1, -1):
        if where[:length] in positions:
            return positions[where[:length]]
    return (1, 1)


def _complaint(detail: ErrorDetails, name: str, positions: Positions) -> str:
    where = tuple(detail["loc"])
    line, column = _position(where, positions)
    return f"{name}:{line}:{column}: {dotted(where)}: {_words(detail, where)}"


def _words(detail: ErrorDetails, where: Location) -> str:
    kind = detail["type"]
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        near = get_close_matches(str(where[-1]), _keys_beside(where), n=1)
        return f"is not a known key{f'; did you mean {near[0]}?' if near else '; remove it'}"
    # what a part says as a whole is no single value to show
    read = "" if isinstance(detail["input"], dict) else f"read {_shown(detail['input'], where)}; "
    if kind == "enum":
        return f"{read}write {detail['ctx']['expected']}"
    if kind == "literal_error" and where != ("version",):
        return f"{read}write {detail['ctx']['expected']}"
    if kind == "literal_error":
        return f"{read}this swapwatch reads version 1 only"
    if kind == "string_pattern_mismatch":
        return f"{read}{_pattern_remedy(str(where[-1]), where)}"
    message = str(detail["msg"]).removeprefix("Value error, ")
    return read + REMEDIES.get(kind, message[:1].lower() + message[1:])


def _pattern_remedy(key: str, where: Location) -> str:
    if key == "id":
        return "use small letters, digits and dashes, such as kyiv-courier"
    if key == "country":
        return "use the two capital letters of ISO 3166, such as UA, or UN"
    if "languages" in where:
        return "use the two small letters of ISO 639, such as uk"
    if "names" in where:
        return "use a host name alone, such as desk.example.org"
    return "write it differently"


def _shown(value: Any, where: Location) -> str:
    place = ".".join(str(part) for part in where)
    if any(pattern.match(place) for pattern in secrets.SECRET_PLACES):
        return "a secret"
    text = (
        "nothing"
        if value is None
        else repr(value)
        if not isinstance(value, dict | list)
        else type(value).__name__
    )
    return text if len(text) <= 80 else text[:80] + "…"


def _keys_beside(where: Location) -> list[str]:
    """Return the keys that are known at the place of an unknown one."""
    model: Any = schema.ConfigFile
    named = False
    for part in where[:-1]:
        if isinstance(part, int) or named:  # an item of a list, or a name that operators give
            named = False
            continue
        field = model.model_fields.get(part) if model else None
        model = _model_in(field.annotation) if field else None
        named = field is not None and "dict[" in str(field.annotation)
    return list(model.model_fields) if model else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _empty(value: Any, where: Location) -> Iterator[Location]:
    """Yield where a key stands without a value: most likely somebody forgot it."""
    if value is None:
        yield where
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in parts:
        yield from _empty(inner, (*where, key))


def _duplicates(sources: list[schema.SourcePart], name: str, positions: Positions) -> list[str]:
    problems: list[str] = []
    ids: dict[str, int] = {}
    urls: dict[str, int] = {}
    for number, source in enumerate(sources):
        for key, value, seen in (("id", source.id, ids), ("url", canonical(source.url), urls)):
            if value in seen:
                first = _position(("sources", seen[value], key), positions)
                line, column = _position(("sources", number, key), positions)
                problems.append(
                    f"{name}:{line}:{column}: sources[{number}].{key}: the same as sources[{seen[value]}].{key}"
                    f" in line {first[0]}; keep one of them"
                )
            else:
                seen[value] = number
    return problems


def _crossed_bounds(checked: schema.ConfigFile, name: str, positions: Positions) -> list[str]:
    """Complain of a shortest pause between polls that is longer than the longest one."""
    usual = checked.polling
    given: list[tuple[Location, timedelta | None, timedelta | None]] = [
        (("polling",), usual.shortest, usual.longest)
    ]
    given += [(("sources", n), one.shortest, one.longest) for n, one in enumerate(checked.sources)]
    problems = []
    for where, shortest, longest in given:
        key = "shortest" if shortest else "longest"
        if (shortest or longest) and (shortest or usual.shortest) > (longest or usual.longest):
            line, column = _position((*where, key), positions)
            place = dotted((*where, key))
            problems.append(
                f"{name}:{line}:{column}: {place}: the shortest pause is longer than the longest; change one of them"
            )
    return problems


def _line(problem: str) -> tuple[int, int]:
    parts = problem.split(":")
    return (
        (int(parts[1]), int(parts[2]))
        if len(parts) > 2 and parts[1].isdigit() and parts[2].isdigit()
        else (0, 0)
    )


def _config(checked: schema.ConfigFile, name: str, folder: Path) -> Config:
    warnings = []
    if not checked.contact:
        warnings.append(
            f"{name}: no contact; outlets can't tell who reads them. Add contact: with an address or a page"
        )
    if not any(source.enabled for source in checked.sources):
        warnings.append(f"{name}: no source is enabled")
    network = checked.network
    host, _, port = (network.nameserver or "").rpartition(":")
    return Config(
        path=folder / name,
        contact=checked.contact,
        database_url=absolute_database(checked.database.url.get_secret_value(), folder),
        data=(folder / checked.data).absolute(),
        network=Network(
            allow_private=tuple(network.allow_private),
            ca_file=(folder / network.ca_file).absolute() if network.ca_file else None,
            proxy=_revealed(network.proxy),
            nameserver=(host.strip("[]"), int(port)) if host else None,
        ),
        groups=tuple(
            Group(name=key, hosts=tuple(part.hosts), delay=part.delay.total_seconds() if part.delay else None)
            for key, part in checked.politeness.groups.items()
        ),
        default_delay=checked.defaults.delay.total_seconds(),
        polls_a_minute=checked.polling.a_minute,
        sources=tuple(_source(part, checked) for part in checked.sources),
        keep_off_topic=checked.keep_off_topic,
        cascade=checked.cascade == "on",
        lexicon=tuple(part.added() for part in checked.lexicon),
        retention_days=checked.retention.lead_details.days,
        keep_captures=checked.retention.captures.model_dump(),
        rechecks=tuple(sorted(set(checked.rechecks))),
        alerts=_alerts(checked.alerts),
        metrics=MetricsPort(**checked.metrics.model_dump()),
        serve=Serve(
            host=checked.serve.host,
            port=checked.serve.port,
            names=tuple(checked.serve.names),
            password=_revealed(checked.serve.password),
        ),
        warnings=tuple(warnings),
    )


def _alerts(part: schema.AlertsPart) -> Alerts:
    quiet = part.quiet_hours
    return Alerts(
        to=tuple(
            Addressee(name=name, url=one.url.get_secret_value(), about=tuple(one.about))
            for name, one in part.to.items()
        ),
        quiet_hours=QuietHours(**quiet.model_dump()) if quiet else None,
        searches=tuple(SavedSearch(**one.model_dump()) for one in part.searches),
        **part.model_dump(exclude={"to", "quiet_hours", "searches"}),
    )


def absolute_database(url: str, folder: Path) -> str:
    """Make the path of a SQLite URL absolute: relative ones start at the config's folder."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        return f"{prefix}{(folder / url.removeprefix(prefix)).absolute()}"
    return url


def _source(part: schema.SourcePart, checked: schema.ConfigFile) -> Source:
    return Source(
        id=part.id,
        name=part.name,
        country=part.country,
        side=part.side,
        ownership=part.ownership,
        languages=tuple(part.languages),
        type=part.type,
        url=part.url,
        timezone=part.timezone or checked.defaults.timezone,
        fallback=part.fallback,
        archive=part.archive,
        enabled=part.enabled,
        disabled_reason=part.off_because,
        interval=part.interval or checked.defaults.interval,
        shortest=part.shortest or checked.polling.shortest,
        longest=part.longest or checked.polling.longest,
        delay=part.delay.total_seconds() if part.delay is not None else None,
        headers=tuple((key, value.get_secret_value()) for key, value in part.headers.items()),
        tls=part.tls,
        robots=part.robots,
        ports=tuple(part.ports),
        proxy=_revealed(part.proxy),
        keep=part.keep,
        page_rules=PageRules(
            body=tuple(part.page_rules.body),
            drop=tuple(part.page_rules.drop),
            title=part.page_rules.title,
            date=part.page_rules.date,
            links=part.page_rules.links,
        ),
        limits=_limits(checked.limits, part.limits),
    )


def _limits(general: schema.LimitsPart, own: schema.LimitsPart) -> Limits:
    given = general.model_dump(exclude_none=True) | own.model_dump(exclude_none=True)
    if timeout := given.pop("timeout", None):
        given["seconds"] = timeout.total_seconds()
    return Limits(**given)


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
