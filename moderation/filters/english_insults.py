"""English insults, aimed at the seller, the staff, other buyers or "you".

The words are lists in moderation/lexicon; whom they mean is for moderation/english_aim.py to say.
"""

import re
from collections.abc import Iterator

from moderation.english_aim import (
    Place,
    aims_at_them,
    aims_at_you,
    ends_sentence,
    is_about_writer,
    is_called_out,
    is_negated,
    is_one_of_sellers,
    is_reported,
    lexicon,
    names_seller,
    pattern,
    places,
    points_at_somebody,
    words_of,
)
from moderation.language import in_words_of
from moderation.text import view
from moderation.turns import ENGLISH
from moderation.types import Draft, Finding, PolicyReason, Verdict

INSULTS = lexicon("english_insults.txt")
AIMED = lexicon("english_insults_aimed.txt")
FIGURATIVE = lexicon("english_insults_figurative.txt")
MILD = lexicon("english_insults_mild.txt")
# Those of FIGURATIVE that say of what kind a person is; before "seller" the others are goods.
_KINDS = frozenset(
    [
        "idiotic",
        "moronic",
        "imbecilic",
        "stupid",
        "dumb",
        "brainless",
        "braindead",
        "brain-dead",
        "retarded",
        "witless",
        "inbred",
        "illiterate",
        "pea-brained",
        "empty-headed",
        "dumbest",
        "stupidest",
        "worthless",
        "inhuman",
    ]
)
_MILD_KINDS = frozenset(
    [
        "deceitful",
        "greedy",
        "greediest",
        "selfish",
        "insane",
        "unhinged",
        "deranged",
        "crazy",
        "mad",
        "nuts",
        "mental",
        "cuckoo",
        "bonkers",
        "shameless",
        "two-faced",
        "spineless",
        "gutless",
        "heartless",
        "soulless",
        "conscienceless",
    ]
)
# Shouted alone, the plural of these means people. "Pigs!" does, "Dogs!" and "Snakes!" may not.
_SHOUTED = frozenset(
    [
        "parasites",
        "bloodsuckers",
        "leeches",
        "vultures",
        "vermin",
        "swines",
        "swine",
        "savages",
        "animals",
        "pigs",
        "monsters",
        "hyenas",
        "jackals",
        "swine",
        "hypocrites",
        "bastards",
        "bitches",
        "pricks",
        "fools",
        "losers",
        "thugs",
        "cowards",
        "freaks",
        "louts",
        "assholes",
        "creeps",
        "snakes",
        "cockroaches",
        "dummies",
    ]
)
# Those of AIMED that are people even before "seller": not a tool shop, nor an animal dealer.
_PEOPLE = frozenset(
    [
        "bastard",
        "bastards",
        "bitch",
        "bitches",
        "prick",
        "pricks",
        "creep",
        "creeps",
        "freak",
        "freaks",
        "psychopath",
        "savage",
        "savages",
        "parasite",
        "parasites",
        "bloodsucker",
        "bloodsuckers",
        "leech",
        "leeches",
        "vultures",
        "vermin",
        "thug",
        "thugs",
        "coward",
        "cowards",
        "fool",
        "fools",
        "loser",
        "losers",
        "swine",
        "retard",
        "retards",
        "jackass",
        "jackasses",
        "scum",
        "tosser",
        "tossers",
        "git",
        "gits",
        "slag",
        "whore",
        "whores",
        "oaf",
        "oafs",
        "lout",
        "louts",
    ]
)
_PETS = frozenset(["dog", "dogs", "cat", "cats", "chicken", "chickens", "sheep"])
# "That dumb cow at reception".
_NASTY = re.compile(r"\b(?:dumb|stupid|fat|ugly|lazy|lying|thieving|filthy|dirty|rude|old|nasty) $")
_SOMEBODY_THERE = pattern(
    r" (?:at (?:the |your )?(?:reception|counter|desk|till|pick|front|shop|store|"
    r"warehouse)|who (?:works|runs|sold|packed"
    r"|answered|delivered|owns)|on the (?:phone|hotline)|in (?:your|the) (?:shop|office|"
    r"warehouse|chat))"
)
_CONTEMPT = re.compile(
    r"\b(?:pathetic|lying|miserable|worthless|thieving|slimy|greedy|sneaky|cheating|"
    r"vile|wretched)\b"
)


def _any_of(*lists: frozenset[str]) -> re.Pattern[str]:
    words = sorted(frozenset().union(*lists), key=len, reverse=True)
    return re.compile(rf"(?<![\w'’])(?:{'|'.join(words)})(?![\w])")


_ANY = _any_of(INSULTS, AIMED, FIGURATIVE, MILD)
# Sending somebody away, and telling him what to do with himself.
_TRIGGERS = frozenset(
    re.split("[ -]", words)[-1] for words in INSULTS | AIMED | FIGURATIVE | MILD
) - {"people", "faced", "headed"}

# "Any idiot can open it", "idiot-proof", "for dummies", a book or its villain, the family's dog.
_NOBODY_BEFORE = pattern(
    r"(?<!\w)(?:(?:treats?|treated|treating|talk\w*) <4>(?:like|as|to)(?: (?:an?|complete|"
    r"total))*|any|every|even an?|for|makes?|village|useful|the average) $|"
    r"(?<!\w)(?:title|called|named|novel|book"
    r"|album|song|film|movie|episode|band|track|character|villain|hero|heroine|costume|"
    r"mask|game|toy)(?: (?:the|of|an?|is|as|about)){0,3} $"
)
_NOBODY_AFTER = pattern(
    r"(?:-| )?(?:proof|proofed|guide|guides|light|lights|box|test|file|files|board|stick|"
    r"toy|toys|costume|costumes|mask|wig|suit"
    r"|fish|nose|shoes|doll|dolls|trap|traps|poison|food|bed|collar|milk|print|guard|"
    r"can(?! not)|could(?! not)|will figure)(?!\w)"
)
_STORY = re.compile(
    r"\b(?:novel|book|film|movie|character|villain|hero|heroine|plot|album|song|episode|"
    r"season|author|actor|story|cat|kitten|dog"
    r"|puppy|puppies|hamster|parrot|horse|husband|wife|brother|sister|son|daughter|kids?|"
    r"ex|neighbou?rs?|mother-in-law|boss"
    r"|roommate|uncle|aunt|toddler|boyfriend|girlfriend|dostoevsky|edition|volumes?|"
    r"reading|paperback)\b"
)
_PEOPLE_AFTER = pattern(
    r"(?: \w+){0,2} (?:person|people|human|humans|human being|human beings|man|woman|girl|"
    r"boy|bitch|cow|pig|creature|animal"
    r"|animals|seller|sellers|guy|guys|lady)(?!\w)"
)
_NOUN_FOLLOWS = re.compile(
    r" (?!(?:and|or|but|as|if|who|that|because|with|when|like|to|in|on|for|too|they|he|"
    r"she|you|it|at|enough|sometimes|by|so|than|today|lol|then|what|is|here|there|now|"
    r"again|really|indeed|sorry|please|from|don't|how|why)\b)\w"
)


class EnglishInsults:
    """Rejects clear insults of a person; holds mild ones, and those that may be aimed or not."""

    name = "english_insults"
    version = "1"
    description = "English insults of the seller, the staff, other buyers or the reader."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each word that insults somebody here."""
        text = view(draft.comment)
        return [
            _finding(draft, verdict, *text.place(start, end))
            for start, end, verdict in _insults(text.text)
        ]


def _insults(text: str) -> Iterator[tuple[int, int, Verdict]]:
    for found in ENGLISH.find(text, "english_dismissals.txt"):
        yield found.start, found.end, Verdict.REJECT
    if _TRIGGERS.isdisjoint(words_of(text)):
        return
    for place in places(_ANY, text):
        verdict = _judged(place)
        if verdict and not _is_nobody(place) and not is_reported(text, place.start):
            yield place.start, place.end, verdict


def _is_nobody(place: Place) -> bool:
    """Whether the word means the writer, a proverbial somebody, or a thing, or is denied."""
    return bool(
        is_about_writer(place)
        or is_negated(place)
        or _NOBODY_BEFORE.search(place.before)
        or _NOBODY_AFTER.match(place.after)
    )


def _judged(place: Place) -> Verdict | None:
    word = place.word
    if word in INSULTS:
        return Verdict.REJECT if _is_aimed(place) else _unclear(place)
    if word in AIMED and _is_aimed_closely(place):
        return Verdict.REJECT
    if word in FIGURATIVE and _is_of_a_person(place):
        return Verdict.REJECT
    if word in MILD and _is_mildly_aimed(place):
        return Verdict.HOLD
    return None


def _unclear(place: Place) -> Verdict | None:
    return None if _STORY.search(place.before) or _STORY.search(place.after) else Verdict.HOLD


def _is_aimed(place: Place) -> bool:
    if aims_at_you(place) or names_seller(place):
        return True
    if _STORY.search(place.before) or _STORY.search(place.after):
        return False
    return is_called_out(place) or points_at_somebody(place) or aims_at_them(place)


def _is_aimed_closely(place: Place) -> bool:
    """For words that are goods as well: nothing but "you", the seller, or a shout will do."""
    if _is_said_of_you(place) or is_one_of_sellers(place):
        return True
    if is_called_out(place) and ends_sentence(place):
        return place.word in _SHOUTED or place.before.startswith("what a")
    return place.word in _PEOPLE and (
        names_seller(place)
        or aims_at_them(place)
        or (is_called_out(place) and place.word.endswith("s") and points_at_somebody(place))
        or (ends_sentence(place) and (is_called_out(place) or points_at_somebody(place)))
    )


def _is_of_a_person(place: Place) -> bool:
    if _is_said_of_you(place):
        return not _NOUN_FOLLOWS.match(place.after) or bool(_PEOPLE_AFTER.match(place.after))
    if is_one_of_sellers(place):
        return True
    if place.word in _SHOUTED or _CONTEMPT.search(place.before):
        return is_called_out(place) and ends_sentence(place)
    if _NASTY.search(place.before) and place.word not in _PETS:
        return bool(_SOMEBODY_THERE.match(place.after))
    return place.word in _KINDS and names_seller(place)


def _is_said_of_you(place: Place) -> bool:
    """Not "I hate you, knob number three"."""
    return aims_at_you(place) and (
        not place.before.rstrip().endswith((",", ";")) or ends_sentence(place)
    )


def _is_mildly_aimed(place: Place) -> bool:
    if place.word in _MILD_KINDS:
        return _is_of_kind(place)
    if _STORY.search(place.before) or _STORY.search(place.after):
        return False
    if is_called_out(place):
        return ends_sentence(place) or names_seller(place) or points_at_somebody(place)
    return _is_said_of_you(place) or aims_at_them(place) or points_at_somebody(place)


def _is_of_kind(place: Place) -> bool:
    return (aims_at_you(place) and not _NOUN_FOLLOWS.match(place.after)) or (
        place.word in {"greedy", "shameless"} and names_seller(place)
    )


def _finding(draft: Draft, verdict: Verdict, start: int, end: int) -> Finding:
    message = in_words_of(draft.language, *_MESSAGES[verdict])
    return Finding(
        reason=PolicyReason.INSULT, verdict=verdict, message=message, start=start, end=end
    )


_MESSAGES = {
    Verdict.REJECT: (
        "Оскорбления не публикуются: напишите, что случилось, без них.",
        "Insults are not published: please say what happened without them.",
    ),
    Verdict.HOLD: (
        "Похоже на обидное слово о человеке: отзыв сначала посмотрит модератор.",
        "This may be an insult: a moderator will look at the review first.",
    ),
}
