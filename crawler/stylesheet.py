"""What a page's own <style> rules and style attributes hide; as much CSS as hiding takes, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

FAR_OFF = re.compile(r"-(?:\d{4,}|[3-9]\d\d)(?:\.\d+)?(?:px|pt)|-\d{2,}(?:\.\d+)?(?:em|rem|vw|vh)|-\d{3,}%")
"""`-9999px`, `-100em`: beyond the edge of any screen."""

NOTHING = re.compile(r"0*\.?0*(?:px|pt|em|rem|%|)")
"""`0`, `0.0`, `0px`."""

HIDING = {
    "clip": re.compile(r"rect\(\s*[01](?:px)?(?:[\s,]+[01](?:px)?){3}\s*\)"),
    "clip-path": re.compile(r"inset\((?:50|100)%.*|circle\(0.*"),
    "color": re.compile(r"transparent|(?:rgba|hsla)\(.*,\s*0*\.?0*\)"),
    "content-visibility": re.compile(r"hidden"),
    "display": re.compile(r"none"),
    "font-size": re.compile(r"0*\.?0*(?:px|pt|em|rem|%|)|[01](?:\.\d+)?(?:px|pt)|0?\.0\d*(?:em|rem)|[0-5]%"),
    "margin-left": FAR_OFF,
    "opacity": re.compile(r"0*\.?0*%?|0?\.0\d*"),
    "text-indent": FAR_OFF,
    "transform": re.compile(r"scale[xy]?\(\s*0(?:\s*,\s*0)?\s*\)|translate(?:3d|[xy])?\(\s*-\d{4,}px.*"),
    "visibility": re.compile(r"hidden|collapse"),
}
"""Properties, and the values by which each alone keeps words from the eye."""

UNSEEN_CLASSES = frozenset({"screen-reader-only", "screen-reader-text", "sr-only", "visually-hidden"})
"""Class names by which style sheets everywhere hide words from the eye."""

EDGES = ("left", "top", "right", "bottom")
SIZES = ("height", "max-height", "width", "max-width")
GRADIENT_INK = ("background-clip", "-webkit-background-clip")
"""With one of these, transparent letters show the background through."""

SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<marks>(?:[.#][\w-]+)+)", re.IGNORECASE)
"""`.note`, `#fold`, `p.note.old`: one element, no ancestors, no states."""

SEEN_ON = re.compile(r"@(?:media\s+(?:only\s+)?(?:screen|all)|supports\b.*|layer\b.*)", re.IGNORECASE)
"""The at-rules that hold for an ordinary reader; `@media print` and those for small screens do not."""

NAME = re.compile(r"(?<=[.#])[\w-]+")

MAY_HIDE = re.compile(
    r"(?:display|visibility)\s*:\s*(?:none|hidden|collapse)|(?:opacity|font-size|[^-]width|[^-]height)\s*:\s*[01]?(?:\.\d*)?(?![\d.])"
    r"|:\s*-\d\d|background|clip|transparent|rgba|scale",
    re.IGNORECASE,
)
TELLING = re.compile(
    r"display|visibility|opacity|font-size|clip|color|indent|position|overflow|transform|margin",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleRule:
    """One simple selector and whether it hides what it matches."""

    tag: str | None
    classes: frozenset[str]
    ids: frozenset[str]
    hides: bool
    place: int = 0
    """How far down its sheet it stands."""

    @property
    def weight(self) -> tuple[int, int, int]:
        """Return how specific the selector is, as CSS counts it."""
        return len(self.ids), len(self.classes), int(self.tag is not None)

    def matches(self, tag: str, classes: frozenset[str], identity: str | None) -> bool:
        """Say whether an element is meant."""
        return (
            self.classes <= classes
            and (not self.ids or self.ids == {identity})
            and (self.tag is None or self.tag == tag)
        )


def hides(declarations: str) -> bool:
    """Say whether CSS declarations keep an element's words from a reader's eyes.

    >>> hides("color: red; DISPLAY : none !important"), hides("opacity: 0.9; font-size: 10px; left: -2px")
    (True, False)
    """
    values = _values(declarations)
    if values.get("color") == "transparent" and any("text" in values.get(name, "") for name in GRADIENT_INK):
        return False
    if any(pattern.fullmatch(values.get(name, "?")) for name, pattern in HIDING.items()):
        return True
    if values.get("position") in ("absolute", "fixed") and any(
        FAR_OFF.fullmatch(values.get(edge, "")) for edge in EDGES
    ):
        return True
    if values.get("overflow") in ("hidden", "clip"):
        return any(re.fullmatch(r"[01](?:px|em|rem|%|)", values.get(size, "")) for size in SIZES)
    ground = values.get("background-color") or values.get("background")
    return ground is not None and ground == values.get("color")


def shows(declarations: str) -> bool:
    """Say whether a style attribute shows what a style sheet may hide: `display: block`."""
    return _values(declarations).get("display", "none") != "none"


def style_rules(css: str) -> list[StyleRule]:
    """Return the rules with simple selectors that hide something, and those that show the same again, in order."""
    if not MAY_HIDE.search(css):
        return []
    found = [(selector, block) for selector, block in _blocks(css) if TELLING.search(block)]
    hiding = [rule for selector, block in found if MAY_HIDE.search(block) for rule in _rules(selector, block)]
    names = {name for rule in hiding if rule.hides for name in (*rule.classes, *rule.ids)}
    return [
        replace(rule, place=place)
        for place, (selector, block) in enumerate(found)
        if names.intersection(NAME.findall(selector))
        for rule in _rules(selector, block)
        if names & (rule.classes | rule.ids)
    ]


def _values(declarations: str) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in _uncommented(declarations).lower().split(";"))
    return {name.strip(): value.partition("!")[0].strip() for name, _, value in pairs if value}


def _uncommented(css: str) -> str:
    first, *rest = css.split("/*")
    return first + "".join(piece.partition("*/")[2] for piece in rest)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield selector and declarations of every block that holds for an ordinary reader."""
    path: list[str] = []
    pieces = re.split(r"([{}])", _uncommented(css))
    for before, brace in zip(pieces[::2], pieces[1::2], strict=False):
        if brace == "{":
            path.append(before.rpartition(";")[2].strip())
        elif path:
            selector = path.pop()
            if not selector.startswith("@") and all(SEEN_ON.fullmatch(outer) for outer in path):
                yield selector, before


def _rules(selector: str, block: str) -> Iterator[StyleRule]:
    hiding = hides(block)
    for one in selector.split(","):
        simple = SIMPLE.fullmatch(one.strip())
        if simple is None:
            continue
        marks = re.findall(r"[.#][\w-]+", simple.group("marks"))
        yield StyleRule(
            tag=(simple.group("tag") or "").lower() or None,
            classes=frozenset(mark[1:] for mark in marks if mark[0] == "."),
            ids=frozenset(mark[1:] for mark in marks if mark[0] == "#"),
            hides=hiding,
        )
