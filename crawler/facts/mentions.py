"""Numbers of people or bodies in a sentence: what each counts, whose people they are, and how far its words reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from crawler.facts.days import DayMention
from crawler.facts.numbers import Count, counts
from crawler.facts.phrases_data import names_in, pattern, patterns
from crawler.facts.text import Sentence
from crawler.model import Category, Party

REACH = 75
"""Characters after a number within which the word for what it counts must stand."""

STOP = re.compile(r"[.;:!?()\[\]\"«»“”„]|,|\s[—–]\s|\d")
DASH = re.compile(r"^\s*[—–-]\s+(?:(?:у|в|из|з|із|from|are)\s)?")
COPULA = re.compile(
    r"^(?:\s(?:of (?:them|those|these|whom)|из (?:них|которых)|з (?:них|яких)|із (?:них|яких)))?(?:\s(?:are|were|is|was|being|есть|є|это|це))?(?=\s)"
)

ONE_OF = re.compile(r"\s(?:of|из|з|зі|із|more|ще|еще)\s")

FILLERS = {
    "en": frozenset(
        [
            "the",
            "a",
            "an",
            "of",
            "its",
            "their",
            "our",
            "his",
            "more",
            "other",
            "additional",
            "further",
            "new",
            "young",
            "freed",
            "former",
            "ukrainian",
            "russian",
            "israeli",
            "palestinian",
            "local",
            "such",
            "these",
            "those",
            "them",
            "living",
            "deceased",
            "fallen",
            "captured",
            "imprisoned",
            "unidentified",
            "severely",
            "seriously",
            "wounded",
            "injured",
            "sick",
            "ill",
            "foreign",
            "armenian",
            "azerbaijani",
            "american",
            "british",
            "own",
            "male",
            "female",
            "enlisted",
            "elderly",
            "military",
            "peaceful",
            "exchanged",
            "returned",
            "released",
        ]
    ),
    "ru": frozenset(
        ["еще", "из", "наших", "своих", "же", "уже", "его", "их", "лет", "всего", "наши", "свои", "тысяч"]
    ),
    "uk": frozenset(["ще", "з", "із", "наших", "своїх", "же", "вже", "його", "їх", "наші", "свої", "тисяч"]),
}
ADJECTIVE = {
    "ru": re.compile(r"\w+(?:ых|их|ого|его|ому|ему|ым|им|ыми|ими|ые|ие|ый|ий|ой|ая|яя|ую)$"),
    "uk": re.compile(r"\w+(?:их|іх|ого|ому|им|ими|іми|ий|ій|а|ї|і|у|ої|их)$"),
}
"""Endings of words that may stand between a number and its noun; elsewhere a word ends the search."""

FORMULA = re.compile(r"^[\"»]?[ -]*(?:for|на|x|×|х)[- ]+[\"«]?$")
AND_CIVILIANS = {
    "en": re.compile(r"^(?: and| or)(?: some)? civilians?"),
    "ru": re.compile(r"^(?: и| или|(?: [—–]|,) (?:как )?военн\w+ и) гражданск\w+"),
    "uk": re.compile(r"^(?: і| й| та|(?: [—–]|,) (?:як )?військов\w+ (?:і|й|та)) цивільн\w+"),
}
AFTER_ALONE = {
    "en": re.compile(
        r"^(?:$|[\s\"»”']*[.,;:!?)—–]|\s(?:and|or|for|from|on|in|at|to|of (?:them|those|these|whom|the)|were|was|are|had|have|have been|captives|each|in all|bodies|others"
        r"|returned|came|went|over|with|as|by|while|who|are|people|more(?=[\s.,]))(?!\w))"
    ),
    "ru": re.compile(
        r"^(?:$|[\s\"»”']*[.,;:!?)—–]|\s(?:и|или|а|но|за|на|с|со|от|из|в|во|по|были|было|был|находились|вернулись|возвращены|служат|прежде|ранены|имеют|получили"
        r"|тяжело|еще|уже|как|которые|освобождены)(?!\w))"
    ),
    "uk": re.compile(
        r"^(?:$|[\s\"»”']*[.,;:!?)—–]|\s(?:і|й|та|або|а|але|за|на|з|із|від|у|в|по|були|було|був|перебували|повернулися|повернуті|служать|раніше|поранені|мають"
        r"|отримали|тяжко|ще|вже|як|які|звільнені|поза)(?!\w))"
    ),
}
"""What may follow a number that stands without a noun; any other word is a noun that counts something else."""

BEFORE_UNIT = re.compile(
    r"(?:№|#|\bno\.|aged?|age of|under|over the age of|старше|моложе|младше|віком|возраст\w*|вік\w*|стать[яеиі]\w*|article|пункт\w*|част\w+|chapter|курс\w*|долар"
    r"|доллар|\bу віці|в возрасте|до|после|після|спустя|за|через|на)\s$"
)
STRONG = {
    "en": re.compile(
        r"(?<!\w)(?:prisoners?|pows?|captives?|hostages?|detainees|freed|captivity|remains|bodies|behind bars)(?!\w)"
    ),
    "ru": re.compile(
        r"(?<!\w)(?:военнопленн|пленн|плен[ауе]?(?!\w)|неволи|заложник|освобожд|возвращенн|вернувш|тел(?!\w)|тела|останк|погибш)"
    ),
    "uk": re.compile(
        r"(?<!\w)(?:військовополонен|полонен|полон[уі]?(?!\w)|невол|заручник|звільнен|визволен|повернен|тіл(?!\w)|тіла|останк|загибл|бран)"
    ),
}


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


def mentions_in(sentence: Sentence, language: str, days: list[DayMention]) -> list[Mention]:
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
        mention = _mention(sentence, one, following, language)
        if mention is not None:
            found.append(mention)
            skip = mention.formula.end if mention.formula else -1
    return found


def _mention(sentence: Sentence, count: Count, following: Count | None, language: str) -> Mention | None:
    text = sentence.text
    if following is not None and FORMULA.match(text[count.end : following.start]):
        return _formula(sentence, count, following, language)
    after, before = text[count.end :], text[: count.start]
    if pattern(language, "unit").match(after.lstrip(" -")):
        return None
    mention = (
        _of_bodies(sentence, count, before, language)
        or _noun_after(sentence, count, language)
        or _noun_before(sentence, count, before, language)
    )
    if mention is None:
        mention = _alone(sentence, count, before, after, language)
    if mention is None or (mention.category is None and 1990 <= count.value <= 2035 and not count.spelled):
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
            if not before[m.end() :].strip() or before[m.end() :].strip() in ("of", "the")
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
    if count.value == 1 and count.spelled and ONE_OF.match(after):
        return None
    lead = DASH.match(after) or COPULA.match(after)
    shift = lead.end() if lead else 0
    stop = STOP.search(after, shift)
    window = after[shift : stop.start() if stop else len(after)]
    hits = sorted(
        (match.start(), -match.end(), name)
        for name, noun in patterns(language, "noun")
        for match in [noun.search(window)]
        if match
    )
    for start, end, name in hits:
        if _only_fillers(window[:start], language):
            rest = sentence.text[count.end + shift - end :]
            mixed = AND_CIVILIANS[language].match(rest) if name in ("prisoners_of_war", "people") else None
            return Mention(
                sentence=sentence,
                count=count,
                start=count.start,
                end=count.end + shift - end,
                category=None if name == "some" else Category.PEOPLE if mixed else Category(name),
                noun=window[start:-end],
            )
    return None


def _only_fillers(between: str, language: str) -> bool:
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
    gap = r"(?:\s*[—–:]\s*|\s(?:в группе |у групі |всего |усього |было |було )?)$"
    if language == "en":
        return None
    for name, noun in patterns(language, "noun"):
        for match in noun.finditer(tail):
            dashed = re.fullmatch(gap, tail[match.end() :] or " ")
            plain = dashed and not re.search(r"[—–:]", dashed.group())
            if dashed and (count.spelled or not plain) and not _noun_after(sentence, count, language):
                start = len(before) - len(tail) + match.start()
                return Mention(
                    sentence=sentence,
                    count=count,
                    start=start,
                    end=count.end,
                    category=None if name == "some" else Category(name),
                    noun=match.group(),
                )
    return None


def _alone(sentence: Sentence, count: Count, before: str, after: str, language: str) -> Mention | None:
    """A number without a noun, where the words around leave no room for another noun."""
    if not AFTER_ALONE[language].match(after) or (count.value == 1 and count.spelled):
        return None
    if BEFORE_UNIT.search(before) or re.search(r"[«\"“(]$", before):
        return None
    clause_start, clause_end = sentence.clause_of(count.start)
    clause = sentence.text[clause_start:clause_end]
    moved = any(found.search(clause) for name, found in patterns(language, "verb") if name != "swapped")
    total = pattern(language, "event.total_to_date").search(clause)
    related = pattern(language, "relative").search(before[-40:]) or pattern(language, "relative").match(
        after.lstrip()
    )
    if not (moved or total or related or pattern(language, "own").search(before[-25:])):
        return None
    return Mention(sentence=sentence, count=count, start=count.start, end=count.end, category=None)


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
    part_of = bool(related.search(before) or related.match(text[last:].lstrip()))
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
