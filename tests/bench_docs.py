"""What benchmarks have in common: tables and plots of docs/performance.md, and on what machine they were made."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import log
from pathlib import Path
from xml.sax.saxutils import escape

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "performance.md"

COLOURS = ("#1b6ca8", "#b5651d", "#7a4fa3", "#3f7d3f", "#777777", "#a83232")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 360, 70, 230, 20, 50


def put(name: str, text: str) -> None:
    """Put a generated part between its markers in docs/performance.md, with machine and day."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    before, _, rest = page.partition(begin)
    if not rest:
        raise ValueError(f"{PAGE} has no marker {begin}; add it and {end}")
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n{machine()}\n\n{text}\n{end}{after}", encoding="utf-8")


def machine() -> str:
    """Return on what the figures were made, in a line."""
    busy = os.getloadavg()[0]
    shared = f", shared with other work: load {busy:.0f}" if busy > 1.5 * (os.cpu_count() or 1) else ""
    return (
        f"*{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}{shared}*"
    )


def spread(values: Sequence[float], form: str = ".1f") -> str:
    """Return a median with minimum and maximum.

    >>> spread([3, 1, 2])
    '2.0 (1.0–3.0)'
    """
    low, high = min(values), max(values)
    if low == high:
        return f"{low:{form}}"
    return f"{statistics.median(values):{form}} ({low:{form}}–{high:{form}})"


def plot(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    *,
    across: str = "polls a minute",
    up: str = "mean delay of relevant items, s",
) -> str:
    """Return curves over two logarithmic axes as SVG."""
    points = [point for curve in curves.values() for point in curve]
    xs, ys = [x for x, _ in points], [y for _, y in points]

    def place(x: float, y: float) -> tuple[float, float]:
        width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        right = log(x / min(xs)) / (log(max(xs) / min(xs)) or 1)
        high = log(y / min(ys)) / (log(max(ys) / min(ys)) or 1)
        return LEFT + width * right, TOP + height * (1 - high)

    lines = [
        _grid(sorted(set(_round(ys))), place, min(xs), up=True),
        _grid(_round(xs), place, min(ys), up=False),
    ]
    for number, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in sorted(curve)))
        dash = ' stroke-dasharray="5 4"' if name == "optimum" else ""
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        lines += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
            for x, y in (place(*one) for one in curve)
        ]
        down = TOP + 16 + 20 * number
        lines.append(f'<text x="{WIDTH - RIGHT + 20}" y="{down}" fill="{colour}">{escape(name)}</text>')
    lines.append(f'<text x="{LEFT}" y="{HEIGHT - 8}" fill="#555">{escape(across)}</text>')
    lines.append(
        f'<text x="12" y="{HEIGHT / 2}" fill="#555" transform="rotate(-90 12 {HEIGHT / 2})" text-anchor="middle">{escape(up)}</text>'
    )
    body = "\n".join(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n{body}\n</svg>\n'
    )


def _round(values: Sequence[float]) -> list[float]:
    """Return round numbers between the least and the greatest."""
    marks = [step * 10.0**power for power in range(-3, 9) for step in (1, 2, 5)]
    return [one for one in marks if min(values) <= one <= max(values)]


def _grid(marks: Sequence[float], place: object, other: float, *, up: bool) -> str:
    lines = []
    for mark in marks:
        x, y = place(other, mark) if up else place(mark, other)  # type: ignore[operator]
        if up:
            lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
            lines.append(
                f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{mark:g}</text>'
            )
        else:
            lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
            lines.append(
                f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle" fill="#555">{mark:g}</text>'
            )
    return "\n".join(lines)
