"""What may stand around a number that counts people or bodies: fillers, copulas, endings, and what speaks against it."""

from __future__ import annotations

import re

REACH = 75
"""Characters after a number within which the word for what it counts must stand."""

STOP = re.compile(r"[.;:!?()\[\]\"«»“”„]|,|\s[—–]\s|\d")
CHRONICLE = re.compile(r"\s?[—–:-]\s(?:ще |еще |another |a further )?")
AFTER_DATED = re.compile(r"$|\s?[.,;:]")
AND_ALSO = re.compile(r"(?:\s(?!and|и|і|та|й)\w+)?\s(?:and|и|і|та|й)(?: also| еще| также| ще| також)?\s")
DASH = re.compile(r"^\s*[—–-]\s+(?:(?:у|в|из|з|із|from|are)\s)?")
COPULA = re.compile(
    r"^(?:\s(?:of (?:them|those|these|whom)|из (?:них|которых)|з (?:них|яких)|із (?:них|яких)))?(?:\s(?:are|were|is|was|being|есть|є|это|це))?(?:\s[—–-])?(?=\s)"
)

SWAPS = re.compile(r"(?:[ -]of[ -]war)?s? (?:exchanges?|swaps?)(?!\w)")
"""`two prisoner-of-war exchanges` counts exchanges."""

ONE_OF = re.compile(r"\s(?:of|из|з|зі|із|more|ще|еще)\s")

IS_ONE = re.compile(r"\s(?:of|из|з|зі|із) (?:them|whom|них|которых|яких)(?: is| was|\s[—–-])")
"""`one of them is an officer`."""

QUOTED = re.compile(r"^\s[«\"“„](?=[\w-]+[»\"”])")
"""`108 «азовців»`: the noun in quotation marks."""

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
            "badly",
            "sets",
            "gravely",
            "critically",
            "heavily",
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
    "en": re.compile(r"^(?: and| or)(?: some)?(?: pro-[a-z]+)? civilians?"),
    "ru": re.compile(r"^(?: и| или|(?: [—–]|,) (?:как )?военн\w+ и) гражданск\w+"),
    "uk": re.compile(r"^(?: і| й| та|(?: [—–]|,) (?:як )?військов\w+ (?:і|й|та)) цивільн\w+"),
}
LOOSE = ("people", "nationals")
OPEN = ("some", "nationals", "captives")
"""Nouns whose category the rest of the text tells."""
BODIES_OF = re.compile(
    r"(?:'s?|s')? (?:bodies|remains)(?!\w)|,? (?:які|що|которые|who) (?:загинули|погибли|died|were killed|fell)(?!\w)"
)
CIVILIANS = re.compile(
    r"(?:,[^.;:,]{0,45},| рф| росії| росси\w+| украин\w+| україн\w+)? (?:[—–-]|are) (?:это |це |all |усі |все )?(?:мирн\w+ |гражданск|цивільн|civilian|жител|мешкан|residents)"
)
"""`eight people — residents of a region`: what follows the noun says that they are civilians."""

CIVILIANS_ARE = re.compile(r"(?:цивільні|гражданские|мирные жители|civilians)\s[—–-]\s(?:ще |еще )?$")
ENVOYS = re.compile(
    r"(?:делегаци\w+|комисси\w+|комісі\w+|команд\w+|экипаж\w*|екіпаж\w*|delegation|commission|team|crew) (?:из|of|з|із) $"
)
"""`a delegation of 14 people` counts envoys."""
HARMED = re.compile(
    r"(?:kill(?:ed|ing)|wound(?:ed|ing)|injur(?:ed|ing)|погибли|погибло|убиты|убито|ранены|ранило|пострадали|загинули|загинуло|вбито|убито|поранено|постраждали)(?: at least| about| more than| over| some| nearly| another| более| около| еще| понад| близько| ще| і| и)? $"
)
HURT = re.compile(
    r"(?: \w+){0,3} (?:were|was|have been|had been) (?:killed|wounded|injured)(?! in (?:action|battle))|(?: \w+){0,2} (?:погибли|пострадали|загинули|постраждали|получили ранения)(?!\w)"
    r"|(?: \w+){1,2} \d+ (?:год|лет|рок|рік)|(?: \w+){0,2} (?:have|has) been identified|(?: \w+){0,4} (?:неизвестн|невідом)|(?!(?: \w+){0,5} (?:считал|вважал|listed|considered|thought))(?: \w+){0,5} (?:зникл\w+ безвісти|пропавш\w+ без вести|missing)(?!\w)"
)
"""Victims of an attack in the same story."""

ELLIPSIS = r"\s(?:украинских|российских|українських|російських|армянских|азербайджанских|вірменських|азербайджанських)(?=\s?[.,;:!?]|$)"
"""`a в России более 6000 украинских`: the noun stands with the number before."""

SERVICE = re.compile(
    r"^ (?:from|of|in|з|із|зі|из|с|в|у|від|от) (?:the )?[\"«“]?(?=(?:armed forces|national guard|navy|army|azov|border guard|state border|national police|territorial|air force"
    r"|нацгвард|національної гвардії|національної поліції|зсу|всу|вмс|тро(?!\w)|збройних сил|вооруженных сил|теробор|дпсу|дсст|нгу|держприкорд|погранич|азов))"
)
"""`55 from the National Guard`: the service stands for its people."""

LISTED = re.compile(r"(?:списк\w+|список|lists? of|перелік\w*) $")

VERB_END = r"\s\w+(?:ли|ють|уть|ять|ют|ут|ят|лись|лися|лось|лося|ются|утся|ятся|ються|уться|яться|аны|ены|яты|ані|ені|яті|ано|ено)(?!\w)"
"""How a finite verb ends that may follow a number standing for people."""

AFTER_ALONE = {
    "en": re.compile(
        r"^(?:$|[\s\"»”']*[.,;:!?)—–]|\s(?:and|or|for|from|on|in|at|to|of (?:them|those|these|whom|the)|were|was|are|had|have|have been|captives|each|in all|bodies|others"
        r"|returned|came|went|over|with|as|by|while|who|are|people|held|still|will|would|serving|sentenced|including|more(?=[\s.,]))(?!\w))"
    ),
    "ru": re.compile(
        r"^(?:$|[\s\"»”']*[.,;:!?)—–]|\s(?:и|или|а|но|за|на|с|со|от|из|в|во|по|были|было|был|находились|вернулись|возвращены|служат|прежде|ранены|имеют|получили"
        r"|тяжело|еще|уже|как|которые|освобождены)(?!\w)|" + VERB_END + "|" + ELLIPSIS + ")"
    ),
    "uk": re.compile(
        r"^(?:$|[\s\"»”']*[.,;:!?)—–]|\s(?:і|й|та|або|а|але|за|на|з|із|від|у|в|по|були|було|був|перебували|повернулися|повернуті|служать|раніше|поранені|мають"
        r"|отримали|тяжко|ще|вже|як|які|звільнені|поза)(?!\w)|" + VERB_END + "|" + ELLIPSIS + ")"
    ),
}
"""What may follow a number that stands without a noun; any other word is a noun that counts something else."""

AGES = re.compile(r"(?:oldest|youngest|aged?|years? old|старш|младш|молод|возраст|лет(?!\w)|вік|років)")
BEFORE_UNIT = re.compile(
    r"(?:№|#|\bno\.|aged?|age of|under|over the age of|старше|моложе|младше|віком|возраст\w*|вік\w*|стать[яеиі]\w*|article|пункт\w*|част\w+|chapter|курс\w*|долар"
    r"|доллар|\bу віці|в возрасте|до|после|після|спустя|за|через|на)\s$"
)
STRONG = {
    "en": re.compile(
        r"(?<!\w)(?:prisoners?|pows?|captives?|hostages?|detainees|freed|captivity|remains|bodies|behind bars)(?!\w)"
    ),
    "ru": re.compile(
        r"(?<!\w)(?:военнопленн|удержива|пленн|плен[ауе]?(?!\w)|неволи|заложник|освобожд|возвращенн|вернувш|тел(?!\w)|тела|останк|погибш)"
    ),
    "uk": re.compile(
        r"(?<!\w)(?:військовополонен|утримуван|полонен|полон[уі]?(?!\w)|невол|заручник|звільнен|визволен|повернен|тіл(?!\w)|тіла|останк|загибл|бран)"
    ),
}
