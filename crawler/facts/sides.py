"""Which side receives the people or bodies that a number counts, by the words nearest to it; an open side stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.facts.mentions import Mention
from crawler.facts.phrases_data import pattern, patterns
from crawler.facts.voices import SIDE_OF
from crawler.model import Category, Conflict, Party, Speaker

PARTIES = {
    Conflict.RU_UA: (Party.UKRAINE, Party.RUSSIA),
    Conflict.ISRAEL_PALESTINE: (Party.ISRAEL, Party.PALESTINE),
    Conflict.US_RU: (Party.US, Party.RUSSIA),
    Conflict.AZ_AM: (Party.AZERBAIJAN, Party.ARMENIA),
}
"""The two sides of each conflict."""

HELD_NOUN = 24
"""Characters after a number's words that may still hold its noun: `nineteen deceased captives`."""

GAVE_BODIES = re.compile(
    r"(?:россия|москва|росія|russia|moscow) (?:has |had )?(?:\w+ )?(?:обязалась вернуть|готова вернуть|вернет|зобов'язалася повернути|готова повернути|поверне|вернула|доставила|привезла|повернула|доставила|returned|delivered|brought)(?! своих| its)"
)
"""`Russia returned 1,000 bodies` gives them to Ukraine; of living people the same words say that they came home."""

MEDIATORS = {Speaker.UAE_MFA, Speaker.US, Speaker.TURKEY, Speaker.ICRC}
SWAPPED = {
    "en": re.compile(
        r"(?:exchange|exchanged|swap|swapped|trade|traded)(?: about| some| nearly| more than)? $"
    ),
    "ru": re.compile(r"обменял\w*(?: около| более| почти)? $"),
    "uk": re.compile(r"обмінял\w*(?: близько| понад| майже)? $"),
}
EXCHANGED = re.compile(r" (?:have |had |has |were |was )?(?:been )?(?:exchanged|swapped|traded)(?! for)")
MEDIATION = re.compile(
    r"(?<!\w)(?:mediat\w+|through its (?:efforts|mediation|good offices)|посредничеств\w*|при содействии|посередництв\w*|за сприяння)(?!\w)"
)
"""`agreed to exchange 314 prisoners`: one number for both directions together."""

SIDES = re.compile(r"(?<!\w)(?:the (?:two )?sides|стороны|сторони)(?!\w)")
GOES_ON = re.compile(
    r"(?:and|и|і|та|й) (?:received|got|took|получил\w*|забрал\w*|отримал\w*|одержал\w*|дістал\w*|handed|gave|передал\w*|отдал\w*|віддал\w*)(?!\w)"
)

NO_SUBJECT = re.compile(
    r"(?<!\w)(?:with|from|between|in|into|to|of|against|for|near|с|со|из|от|до|в|во|на|к|между|против|для|з|із|зі|від|до|у|між|проти)(?: the)? $"
    r"|(?<!\w)(?:between|между|між) [\w' ]{3,30}(?:,| and| и| і| та) (?:the )?$"
)
"""Before the name of a side: then it does nothing in the sentence."""

WON = {"freed", "frees"}
"""`Ukraine frees 99 women` tells of its own people; whoever releases people held them."""

POSSESSIVE = re.compile(r"(?<!\w)\w+'s(?!\w)")
"""`Moscow's appointee` is not Moscow."""

PASSIVE = re.compile(r"(?<!\w)(?:were|was|been|be|being|are|is)(?: \w+ly)? $")
"""`were released`: the sentence's subject did not release anybody."""

GAP_BEFORE = re.compile(r"(?:,|;|:|\s(?:а|и|і|та|й|and|while))\s(?:а |и |і |та |and )?(?:в |до |у |to )?$")
GAP_AFTER = re.compile(
    r"\s?(?:[—–-]|,)?\s?(?:соответственно |лишь |только |лише |тільки |only |another |еще |ще )?"
)
"""`…, Moscow 38`: nothing but the other side's name stands before the number."""

WE = re.compile(r"(?<!\w)(?:we|мы|ми)(?!\w)")

DISTRIBUTIVE = re.compile(r"(?<!\w)по\s(?:\w+\s)?$")
"""`по 84 человека`: so many for each."""


def other_side(side: Party, conflict: Conflict) -> Party:
    """Return the other party of a conflict; unknown where there is none."""
    pair = PARTIES.get(conflict, ())
    return next((one for one in pair if one is not side), Party.UNKNOWN) if side in pair else Party.UNKNOWN


def for_each(mention: Mention, language: str) -> bool:
    """Say whether a number holds for either side: `185 for 185`, `205 each`, `по 84 человека`."""
    text = mention.sentence.text
    if mention.equal:
        return True
    if mention.part_of or mention.nation is not None:
        return False
    if language != "en" and DISTRIBUTIVE.search(text[: mention.count.start]):
        return True
    start, end = mention.sentence.clause_of(mention.count.start)
    return bool(pattern(language, "each").search(text[start:end]))


def summed(mention: Mention, language: str) -> bool:
    """Say whether the words right before a number add up both sides: `в общей сложности 168`, `an exchange of 314`."""
    before = mention.sentence.text[: mention.count.start].rstrip()
    hits = list(pattern(language, "both").finditer(before))
    return (
        bool(hits)
        and hits[-1].end() >= len(before) - 1
        and mention.nation is None
        and mention.formula is None
    )


def for_both(mention: Mention, language: str, speaker: Speaker, conflict: Conflict) -> bool:
    """Say whether a number holds for both sides together: `314 people were exchanged in all`."""
    if mention.nation is not None or mention.formula is not None or mention.part_of:
        return False
    text = mention.sentence.text
    start, end = mention.sentence.clause_of(mention.count.start)
    if language == "en" and re.search(
        r"changed hands|(?:exchanged|swapped|released|freed)[^,;]{0,12} (?:in all|in total|altogether)",
        text[mention.end : end],
    ):
        return True
    if mention.noun and EXCHANGED.match(text[mention.end :]):
        return True
    if mention.noun and SWAPPED[language].search(text[start : mention.start]):
        return not _alone_in(text[start:end], language)
    if conflict is Conflict.OTHER:
        return False
    mediated = speaker in MEDIATORS or MEDIATION.search(text)
    return bool(mediated) and not any(True for _ in _named_sides(text, language))


def _alone_in(text: str, language: str) -> bool:
    """Say whether one side alone does something: `Ukraine exchanged 60 soldiers`, `we exchanged`."""
    sides = {side for at, side in _named_sides(text, language) if not NO_SUBJECT.search(text[:at])}
    return len(sides) == 1 or bool(not sides and WE.search(text))


def side_of(
    mention: Mention, stretch: tuple[int, int], *, language: str, conflict: Conflict, speaker: Speaker
) -> Party | None:
    """Return the side that the sentence gives a number to; None where it leaves that open.

    Args:
        mention: the number with its noun.
        stretch: from the number before to the one behind it, in the sentence.
        language: of the text.
        conflict: whose sides are looked for.
        speaker: who says so.
    """
    told = _told_of_whom(mention, language=language, conflict=conflict, speaker=speaker)
    if told is not None:
        return told
    text, pair = mention.sentence.text, PARTIES.get(conflict)
    clause = mention.sentence.clause_of(mention.count.start)
    inner = (max(stretch[0], clause[0]), min(stretch[1], clause[1]))
    for start, end in _widening(mention, inner, clause, text):
        words = text[start:end]
        if conflict is Conflict.RU_UA and mention.category is Category.BODIES and GAVE_BODIES.search(words):
            return Party.UKRAINE
        found = _by_words(words, language, pair, mention.end - start) or _by_subject_before(
            text, start, end, language, pair
        )
        if found is not None:
            return found
    if conflict is Conflict.OTHER:
        return Party.BOTH if SIDES.search(text[clause[0] : mention.start]) else Party.OTHER
    return None


def turned(before: Mention, mention: Mention, language: str) -> bool:
    """Say whether a number goes on from the one before in its sentence, for the other side.

    `Kyiv received 1,000 bodies, Moscow 38`; `handed over 1,212 and took 27`; `handed over nine, ten were received`.
    """
    text = mention.sentence.text
    between = text[before.end : mention.start]
    if re.search(r"[.;!?]", between):
        return False
    named = sorted(
        (match.end(), match.start(), name)
        for name, words in patterns(language, "party")
        for match in words.finditer(between)
    )
    if named:
        end, start, name = named[-1]
        told = sorted((at, side) for at, side in _named_sides(text[: before.start], language))
        gap = GAP_BEFORE.search(between[:start]) or not between[:start].strip(" ,")
        other = bool(told) and told[-1][1] is not Party(name)
        return bool(gap and other and GAP_AFTER.fullmatch(between[end:]))
    start = max(text.rfind(". ", 0, before.start), 0)
    verbs = [
        _verb(text[start : before.start], language),
        _verb(between, language) or _verb_after(mention, language),
    ]
    return None not in verbs and verbs[0] != verbs[1]


def _verb(words: str, language: str) -> str | None:
    """Return whether the last verb of some words gives or receives; None where neither is plain."""
    found = [
        (match.start(), name)
        for name in ("handed", "received")
        for match in pattern(language, f"plain.{name}").finditer(words)
    ]
    return max(found)[1] if found else None


def _verb_after(mention: Mention, language: str) -> str | None:
    after = re.match(r"\s?[—–-]\s(\w+)", mention.sentence.text[mention.end :])
    return _verb(after[1], language) if after else None


def _told_of_whom(mention: Mention, *, language: str, conflict: Conflict, speaker: Speaker) -> Party | None:
    """Return the side whose people the number's own words say they are: `Ukrainian`, `hostages`, `its own`."""
    pair, text = PARTIES.get(conflict), mention.sentence.text
    if mention.nation is not None and (pair is None or mention.nation in pair):
        return mention.nation
    if mention.nation is Party.OTHER and mention.category is not Category.BODIES:
        return Party.OTHER
    if conflict is Conflict.ISRAEL_PALESTINE:
        held = _by_noun(text[mention.start : mention.end + HELD_NOUN], language)
        if held is not None:
            return held
    if not mention.own:
        return None
    named = [side for _, side in sorted(_named_sides(text[: mention.start], language))]
    return named[-1] if named else SIDE_OF.get(speaker)


def _widening(
    mention: Mention, inner: tuple[int, int], clause: tuple[int, int], text: str
) -> Iterator[tuple[int, int]]:
    """Yield ever wider stretches around a number: up to its commas, to its neighbours, its clause, its sentence."""
    comma = text.find(",", mention.end, inner[1])
    before = text.rfind(",", inner[0], mention.start)
    yield max(inner[0], before + 1), comma if comma > 0 else inner[1]
    yield inner
    yield clause
    yield 0, len(text)


def _by_noun(words: str, language: str) -> Party | None:
    return next((Party(name) for name, found in patterns(language, "held") if found.search(words)), None)


def _by_words(text: str, language: str, pair: tuple[Party, ...] | None, noun_end: int) -> Party | None:
    """Return the side that destination, origin or the verb with its subject points to, if they agree."""
    if pair is None:
        return None
    for kind in ("from", "to"):
        found = {
            Party(name)
            for name, words in patterns(language, kind)
            if (Party(name) in pair or name == "other") and words.search(text)
        }
        if len(found) == 1:
            return found.pop()
    return _by_subject(text, language, pair, noun_end)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _by_subject(text: str, language: str, pair: tuple[Party, ...], noun_end: int) -> Party | None:
    """`Ukraine received 45` and `Russia handed over 45` both give them to Ukraine."""
    sides = {
        side
        for at, side in _named_sides(POSSESSIVE.sub(_blank, text), language)
        if side in pair and not NO_SUBJECT.search(text[:at])
    }
    if len(sides) != 1:
        return None
    subject = sides.pop()
    gave = pattern(language, "verb.gave").search(text)
    got = pattern(language, "verb.got").search(text)
    if got or pattern(language, "plain.swapped").search(text):
        return subject
    behind = gave is not None and language == "en" and gave.start() >= noun_end  # `108 women freed`
    passive = gave and not gave.group().endswith("ing") and PASSIVE.search(text[: gave.start()])
    if gave and not behind and not passive:
        freed = pattern(language, "verb.freed").fullmatch(gave.group())
        own = freed and (
            (subject is Party.UKRAINE and gave.group() in WON) or pattern(language, "captivity").search(text)
        )
        return subject if own else next(one for one in pair if one is not subject)
    return None


def _by_subject_before(
    text: str, start: int, end: int, language: str, pair: tuple[Party, ...] | None
) -> Party | None:
    """`Moscow returned 108 and received 110`: a clause that starts with its verb goes on with the subject before."""
    if pair is None or not GOES_ON.match(text[start:end].lstrip()):
        return None
    named = [side for _, side in sorted(_named_sides(text[:start], language)) if side in pair]
    if not named:
        return None
    if pattern(language, "verb.got").search(text[start:end]):
        return named[0]
    return next(one for one in pair if one is not named[0])


def _named_sides(text: str, language: str) -> Iterator[tuple[int, Party]]:
    for name, words in patterns(language, "party"):
        for match in words.finditer(text):
            yield match.start(), Party(name)
