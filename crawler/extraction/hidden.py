"""Words in the markup that no reader of the page sees, taken out before anything is read from it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.stylesheet import UNSEEN_CLASSES, StyleRule, hides, shows, style_rules

always_unseen = XPath(
    "//template | //noscript | //dialog[not(@open)] | //noembed | //noframes | //object | //canvas"
)
marked = XPath("//*[@hidden or @aria-hidden or @style]")
styled = XPath("//*[@class or @id]")
sheets = XPath("//style")
headlines = XPath("//h1")

KEPT = "hidden: the box around the headline is hidden until a script shows it; kept"


def without_hidden(tree: HtmlElement) -> tuple[str, ...]:
    """Take what no reader sees out of the tree, in place, and return a warning where something was left in.

    Hidden are <template> and <noscript> twins, closed dialogs, `hidden`, `aria-hidden`, hiding style attributes and
    <style> rules. A box around the page's only headline stays: outlets fade pages in by script.
    """
    rules: dict[str, list[StyleRule]] = {}
    for rule in (rule for sheet in sheets(tree) for rule in style_rules(sheet.text or "")):
        rules.setdefault(min(rule.ids or rule.classes), []).append(rule)
    for element in always_unseen(tree):
        _drop(element)
    keep = _around_headline(tree)
    kept = False
    for element in _hidden(tree, rules):
        if element in keep:
            kept = kept or element.tag not in ("html", "body")
        else:
            _drop(element)
    return (KEPT,) if kept else ()


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _hidden(tree: HtmlElement, rules: dict[str, list[StyleRule]]) -> Iterator[HtmlElement]:
    yield from (element for element in marked(tree) if _marked_hidden(element))
    yield from (element for element in styled(tree) if _styled_hidden(element, rules))


def _marked_hidden(element: HtmlElement) -> bool:
    if element.get("hidden") is not None or (element.get("aria-hidden") or "").strip().lower() == "true":
        return True
    return hides(element.get("style") or "")


def _styled_hidden(element: HtmlElement, rules: dict[str, list[StyleRule]]) -> bool:
    classes = frozenset((element.get("class") or "").split())
    if classes & UNSEEN_CLASSES:
        return True
    if not rules:
        return False
    tag, identity = str(element.tag), element.get("id")
    ruling = [
        rule
        for name in (*classes, identity)
        for rule in rules.get(name or "", ())
        if rule.matches(tag, classes, identity)
    ]
    if not ruling or shows(element.get("style") or ""):
        return False
    # the last of the most specific rules wins, as in a browser
    return max(ruling, key=lambda rule: (rule.weight, rule.place)).hides


def _around_headline(tree: HtmlElement) -> set[HtmlElement]:
    whole = {tree, *tree.iterchildren("body")}
    found = headlines(tree)
    return whole | set(found[0].iterancestors()) if len(found) == 1 else whole
