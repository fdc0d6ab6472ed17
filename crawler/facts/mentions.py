"""Numbers of people or bodies in a sentence: what each counts, whose people they are, and how far its words reach."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crawler.facts.around import (
    ADJECTIVE,
    AFTER_ALONE,
    AFTER_DATED,
    AGES,
    AND_ALSO,
    AND_CIVILIANS,
    BEFORE_UNIT,
    BODIES_OF,
    CHRONICLE,
    CIVILIANS,
    CIVILIANS_ARE,
    COPULA,
    DASH,
    ELLIPSIS,
    ENVOYS,
    FILLERS,
    FORMULA,
    HARMED,
    HURT,
    IS_ONE,
    LISTED,
    LOOSE,
    ONE_OF,
    OPEN,
    QUOTED,
    REACH,
    SERVICE,
    STOP,
    STRONG,
    SWAPS,
)
from crawler.facts.days import DayMention
from crawler.facts.numbers import Count, counts
from crawler.facts.phrases_data import names_in, pattern, patterns
from crawler.facts.text import Sentence
from crawler.model import Category, Party

FIRST_YEAR, LAST_YEAR = 1990, 2035
"""Numbers that without a noun are years."""

YEARS = re.compile(
    r"(?<!\w)(?:since|in|of|from|с|со|в|з|із|у|від|от|до) (?:\d{4}(?:, | and |,? и | і | та ))*$"
)
"""`since 2014, 2016 and` another year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A number in a sentence that may count people or bodies."""

    sentence: Sentence
    count: Count
    start: int
    """Where the words that carry it start and end, in the sentence."""
    end: int
    category: Category | None
    """None where the sentence leaves the noun out."""
    nation: Party | None = None
    """Whose people the noun says they are."""
    subset: str | None = None
    part_of: bool = False
    """True for 'of them 10', which counts part of what was counted before."""
    formula: Count | None = None
    """The second number of 'N for M'."""
    loose: bool = False
    """True for nouns that only what is around them ties to an exchange: people, nationals."""
    bare: bool = False
    """True for a formula without a noun."""
    noun: str = ""
    """The word for what it counts."""
    own: bool = False
    """True for 'our' and 'its own'."""

    @property
    def equal(self) -> bool:
        """True for `N for N`."""
        return self.formula is not None and self.formula.value == self.count.value


def mentions_in(sentence: Sentence, language: str, days: Sequence[DayMention]) -> list[Mention]:
    """Return the numbers of a sentence that may count people or bodies, in order."""
    numbers = [
        one
        for one in counts(sentence.text, language)
        if not any(day.start < one.end and one.start < day.end for day in days)
    ]
    found: list[Mention] = []
    skip = -1
    for index, one in enumerate(numbers):
        if one.start < skip:
            continue
        following = numbers[index + 1] if index + 1 < len(numbers) else None
        mention = (
            _mention(sentence, one, following, language)
            or _dated(sentence, one, days)
            or _beside(sentence, one, found, language)
        )
        if mention is not None:
            found.append(_also_bodies(mention, found, sentence.text))
            skip = mention.formula.end if mention.formula else -1
    return found


def _dated(sentence: Sentence, count: Count, days: Sequence[DayMention]) -> Mention | None:
    """`26 April - another 44`: an entry of a chronicle."""
    for day in days:
        if CHRONICLE.fullmatch(sentence.text[day.end : count.start]) and AFTER_DATED.match(
            sentence.text[count.end :]
        ):
            return Mention(sentence=sentence, count=count, start=count.start, end=count.end, category=None)
    return None


def _beside(sentence: Sentence, count: Count, found: list[Mention], language: str) -> Mention | None:
    """`19 defenders of the island and ten who held the city`: the noun stands with the number before."""
    if not found or not AFTER_ALONE[language].match(sentence.text[count.end :]):
        return None
    before = found[-1]
    if before.category is None or not AND_ALSO.search(sentence.text[before.end : count.start]):
        return None
    if not re.fullmatch(r"[^.;:\d]{0,45}", sentence.text[before.end : count.start]) or count.value == 1:
        return None
    if FIRST_YEAR <= count.value <= LAST_YEAR and not count.spelled:
        return None
    return replace(
        before, count=count, start=count.start, end=count.end, formula=None, subset=None, noun="", bare=False
    )


def _also_bodies(mention: Mention, found: list[Mention], text: str) -> Mention:
    """`the remains of two volunteers and one woman`: the second number counts remains too."""
    if not found or mention.category in (Category.BODIES, Category.PRISONERS_OF_WAR):
        return mention
    before = found[-1]
    headed = before.category is Category.BODIES and before.start < before.count.start
    if headed and AND_ALSO.fullmatch(text[before.end : mention.start]):
        return replace(mention, category=Category.BODIES)
    return mention


def _mention(sentence: Sentence, count: Count, following: Count | None, language: str) -> Mention | None:
    text = sentence.text
    if following is not None and FORMULA.match(text[count.end : following.start]):
        return _formula(sentence, count, following, language)
    after, before = text[count.end :], text[: count.start]
    if ENVOYS.search(before) or HARMED.search(before) or HURT.match(after):
        return None
    if pattern(language, "unit").match(after.lstrip(" -")):
        return None
    mention = (
        _of_bodies(sentence, count, before, language)
        or _noun_after(sentence, count, language)
        or _noun_before(sentence, count, before, language)
    )
    if mention is None:
        mention = _alone(sentence, count, before, after, language)
    if mention is not None and following is not None and FORMULA.match(text[mention.end : following.start]):
        one_noun = following.value == count.value or _noun_after(sentence, following, language) is None
        mention = replace(mention, formula=following, end=following.end) if one_noun else mention
    year = FIRST_YEAR <= count.value <= LAST_YEAR and not count.spelled
    if mention is None or (mention.category is None and year):
        return None
    return _qualified(mention, language)


def _formula(sentence: Sentence, count: Count, second: Count, language: str) -> Mention:
    probe = _noun_after(sentence, second, language)
    mention = Mention(
        sentence=sentence,
        count=count,
        formula=second,
        start=count.start,
        end=probe.end if probe else second.end,
        category=probe.category if probe else None,
        bare=probe is None,
    )
    return _qualified(mention, language)


def _of_bodies(sentence: Sentence, count: Count, before: str, language: str) -> Mention | None:
    """`the bodies of 15 Palestinians`, `тела двух добровольцев`."""
    match = next(
        (
            m
            for m in pattern(language, "body_part").finditer(before)
            if not before[m.end() :].strip() or before[m.end() :].strip() in ("of", "the", "a", "an")
        ),
        None,
    )
    if match is None:
        return None
    noun = _noun_after(sentence, count, language)
    end = noun.end if noun else count.end
    return Mention(sentence=sentence, count=count, start=match.start(), end=end, category=Category.BODIES)


def _noun_after(sentence: Sentence, count: Count, language: str) -> Mention | None:
    after = sentence.text[count.end : count.end + REACH]
    if count.value == 1 and count.spelled and ONE_OF.match(after) and not IS_ONE.match(after):
        return None
    lead = QUOTED.match(after) or DASH.match(after) or SERVICE.match(after) or COPULA.match(after)
    shift = lead.end() if lead else 0
    stop = STOP.search(after, shift)
    window = after[shift : stop.start() if stop else len(after)]
    hits = sorted(
        (match.start(), -match.end(), name)
        for name, noun in patterns(language, "noun")
        for match in [noun.search(window)]
        if match
    )
    for start, end, found in hits:
        if _only_fillers(window[:start], language):
            rest = sentence.text[count.end + shift - end :]
            told = found in LOOSE and CIVILIANS_ARE.search(sentence.text[: count.start])
            name = "civilians" if told else found
            if SWAPS.match(window[-end:]):
                continue
            if name == "some" and _stands_before_noun(window[-end:], language):
                continue
            if name == "children" and LISTED.search(sentence.text[: count.start]):
                continue
            mixed = AND_CIVILIANS[language].match(rest) if name in ("prisoners_of_war", "people") else None
            return Mention(
                sentence=sentence,
                count=count,
                start=count.start,
                end=count.end + shift - end,
                category=Category.PEOPLE if mixed else _category(name, rest),
                noun=window[start:-end],
                loose=name in LOOSE,
            )
    return None


def _stands_before_noun(rest: str, language: str) -> bool:
    """`freed Ukrainians`, `wounded soldiers`: the word only tells of the noun behind it."""
    return any(
        _only_fillers(rest[: match.start()], language)
        for name, noun in patterns(language, "noun")
        if name != "some"
        for match in [noun.search(rest)]
        if match
    )


def _category(name: str, rest: str) -> Category | None:
    """Return what a noun counts; None where the rest of the text must tell: `women`, `Ukrainians`."""
    if BODIES_OF.match(rest):
        return Category.BODIES
    if name in (*LOOSE, "some") and CIVILIANS.match(rest):
        return Category.CIVILIANS
    return None if name in OPEN else Category(name)


def _only_fillers(between: str, language: str) -> bool:
    for _, nation in patterns(language, "nation"):
        between = nation.sub(" ", between)
    words = re.findall(r"[^\W\d_][\w'-]*", between)
    if len(words) > 5:
        return False
    if language == "en":
        return all(
            word in FILLERS["en"] or word.endswith(("ed", "ian", "ish", "ese", "ean")) for word in words
        )
    return all(word in FILLERS[language] or ADJECTIVE[language].match(word) for word in words)


def _noun_before(sentence: Sentence, count: Count, before: str, language: str) -> Mention | None:
    """`мужчин — 225`, `офицеров одиннадцать`, `женщин в группе пятеро`, `наших — тридцать один`."""
    tail = before[-40:]
    gap = r"(?:\s*[—–:]\s*|,\s(?:їх|их)\s|\s(?:в группе |у групі |всего |усього |было |було )?)$"
    if language == "en":
        return None
    for name, noun in patterns(language, "noun"):
        for match in noun.finditer(tail):
            after = sentence.text[count.end :]
            apposed = tail[match.end() :] == ", " and re.match(r"\s?[,.;)—–]", after)
            dashed = apposed or re.fullmatch(gap, tail[match.end() :] or " ")
            plain = dashed and not apposed and not re.search(r"[—–:,]", dashed.group())
            if dashed and (count.spelled or not plain) and not _noun_after(sentence, count, language):
                start = len(before) - len(tail) + match.start()
                return Mention(
                    sentence=sentence,
                    count=count,
                    start=start,
                    end=count.end,
                    category=_category(name, ""),
                    noun=match.group(),
                    loose=name in LOOSE,
                )
    return None


def _alone(sentence: Sentence, count: Count, before: str, after: str, language: str) -> Mention | None:
    """A number without a noun, where the words around leave no room for another noun."""
    if not AFTER_ALONE[language].match(after) or (count.value == 1 and count.spelled):
        return None
    if FIRST_YEAR <= count.value <= LAST_YEAR and YEARS.search(before):
        return None
    if count.spelled and re.search(r"(?<!\w)(?:the|these|those|both) $", before) and count.value == 2:
        return None
    if BEFORE_UNIT.search(before) or AGES.search(before[-45:]) or re.search(r"[«\"“(]$", before):
        return None
    clause_start, clause_end = sentence.clause_of(count.start)
    clause = sentence.text[clause_start:clause_end]
    words = (
        ("own", before[-25:]),
        ("relative", before[-40:]),
        ("then", sentence.text[:30]),
        ("event.still_held", clause),
    )
    total = any(
        pattern(language, name).search(clause)
        for name in ("event.total_to_date", "event.total_before", "event.total_ahead")
    )
    moved = any(found.search(clause) for name, found in patterns(language, "verb") if name != "swapped")
    starts = (
        not before.strip(' —–-"«“') and count.spelled
    )  # `Thirty-six are wounded.` goes on from what was counted
    if not (
        moved
        or starts
        or total
        or re.match(ELLIPSIS, after)
        or any(pattern(language, name).search(text) for name, text in words)
        or pattern(language, "relative").match(after.lstrip())
        or pattern(language, "each").match(after.lstrip())
    ):
        return None
    category = _summed_noun(before, language) if total else None
    return Mention(sentence=sentence, count=count, start=count.start, end=count.end, category=category)


def _summed_noun(before: str, language: str) -> Category | None:
    """`the number of freed people has reached 4,349`: what a sum counts stands before it."""
    hits = [
        (match.start(), name) for name, noun in patterns(language, "noun") for match in noun.finditer(before)
    ]
    name = max(hits)[1] if hits else None
    return None if name is None else Category.PEOPLE if name in OPEN else Category(name)


def _qualified(mention: Mention, language: str) -> Mention:
    """Add whose people they are and which part of them, from the words around."""
    text = mention.sentence.text
    last = mention.formula.end if mention.formula else mention.count.end
    tail = text[mention.end : mention.end + 45]
    stop = re.search(r"[.;:!?()«»\"]|,|\s[—–]\s|\d|\s(?:and|и|і|та|й|а|while)\s", tail)
    near = text[mention.start : mention.end] + (tail[: stop.start()] if stop else tail)
    lead = text[max(0, mention.start - 22) : mention.start]
    lead = re.split(r"[.,;:!?()«»\"—–\d]|\s(?:and|и|і|та)\s", lead)[-1]
    related = pattern(language, "relative")
    before = text[max(0, mention.start - 60) : mention.start]
    starts = mention.count.spelled and not mention.noun and not text[: mention.start].strip(' —–-"«“')
    listed = related.match(text.lstrip(' —–-"«“'))
    part_of = bool(listed or related.search(before) or related.match(text[last:].lstrip())) or (
        starts and mention.formula is None and mention.category is None
    )
    subsets = names_in(language, "subset", near)
    return replace(
        mention,
        nation=_nation(near, language) or _nation(lead, language),
        own=bool(pattern(language, "own").search(near) or pattern(language, "own").search(lead)),
        part_of=part_of,
        subset=subsets[0] if subsets and mention.formula is None else None,
    )


def _nation(near: str, language: str) -> Party | None:
    """Return whose people the words name; where from and where to is another matter."""
    for kind in ("from", "to", "behalf"):
        for _, found in patterns(language, kind):
            near = found.sub(lambda match: " " * len(match.group()), near)
    hits = sorted(
        (match.start(), name)
        for name, found in patterns(language, "nation")
        for match in [found.search(near)]
        if match
    )
    return Party(hits[0][1]) if hits else None


def evidence(text: str, language: str) -> bool:
    """Say whether a sentence speaks of people or bodies that are held, moved or exchanged."""
    return bool(STRONG[language].search(text)) or any(
        found.search(text) for kind in ("verb", "from") for _, found in patterns(language, kind)
    )


def spread(mentions: list[Mention]) -> Iterator[tuple[Mention, int, int]]:
    """Yield each mention with the stretch of its sentence from the one before to the one behind it."""
    for index, mention in enumerate(mentions):
        start = mentions[index - 1].end if index else 0
        end = mentions[index + 1].start if index + 1 < len(mentions) else len(mention.sentence.text)
        yield mention, start, end
