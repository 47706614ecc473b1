"""English insults, aimed at the seller, the staff, other buyers or "you".

The words are lists in moderation/lexicon; whom they mean is for moderation/english_aim.py to say.
"""

import re
from collections.abc import Callable, Iterator

from moderation.english_aim import (
    Place,
    WordList,
    aims_at_him,
    aims_at_them,
    aims_at_you,
    ends_sentence,
    is_about_writer,
    is_called_out,
    is_left_to_end,
    is_negated,
    is_one_more,
    is_one_of_sellers,
    is_reported,
    lexicon,
    names_seller,
    pattern,
    points_at_somebody,
)
from moderation.language import in_words_of
from moderation.text import view
from moderation.turns import ENGLISH
from moderation.types import Draft, Finding, PolicyReason, Verdict
from moderation.vocabulary import words_by_kind

_KINDS = {
    word.replace("_", " "): kind
    for kind, words in words_by_kind("english_insults_aimed.txt").items()
    for word in words
    if kind != "shouted"
} | dict.fromkeys(lexicon("english_insults.txt"), "clear")
_WORDS = WordList(_KINDS)
_SHOUTED = frozenset(words_by_kind("english_insults_aimed.txt")["shouted"])
_PETS = frozenset(["dog", "dogs", "cat", "cats", "chicken", "chickens", "sheep"])
# "That dumb cow at reception".
_NASTY = re.compile(
    r"\b(?:dumb|stupid|silly|fat|ugly|lazy|lying|thieving|filthy|dirty|rude|old|nasty|dopey|dozy|daft"
    r"|miserable|moody|snotty|stroppy|grumpy|useless|greedy|spiteful|vile) $"
)
_SOMEBODY_THERE = pattern(
    r" (?:at (?:the |your )?(?:reception|counter|desk|till|pick|front|shop|store|"
    r"warehouse)|who (?:works|runs|sold|packed"
    r"|answered|delivered|owns)|on the (?:phone|hotline)|in (?:your|the) (?:shop|office|"
    r"warehouse|chat))"
)
_WOMEN = frozenset(["cow", "mare", "sow", "heifer", "crow", "trout"])
_AT = pattern(r" (?:at|behind) (?:the|your|that) \w+")
# No pig made of china is any of these.
_CONTEMPT = re.compile(
    r"\b(?:pathetic|lying|miserable|worthless|thieving|greedy|sneaky|cheating|vile|wretched|wicked"
    r"|rude|nasty|arrogant|ignorant|spiteful|evil|hateful|bitter|two-faced|poisonous|mean|gutless|spineless)\b"
)
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
    r"can(?! not|'t|’t)|could(?! not|n't|n’t)|will figure)(?!\w)"
)
_STORY = re.compile(
    r"\b(?:novel|book|film|movie|character|villain|hero|heroine|plot|album|song|episode|"
    r"season|author|actor|story|cat|kitten|dog"
    r"|puppy|puppies|hamster|parrot|horse|husband|wife|brother|sister|son|daughter|kids?|"
    r"ex|neighbou?rs?|mother-in-law|boss"
    r"|roommate|uncle|aunt|toddler|boyfriend|girlfriend|dostoevsky|edition|volumes?|"
    r"(?:my|our) (?:\w+ )?(?:mother|mum|mom|dad|father|gran|nan|friend|mate|partner|niece|nephew"
    r"|cousin)|"
    r"reading|paperback)\b"
)
_STORY_AFTER = re.compile(r"(?:\W+[\w'’]+){0,2}\W+" + _STORY.pattern)
# "A liar of a thermometer".
_OF_A = re.compile(
    r" of an? (?!(?:\w+ )?(?:man|woman|person|human|boy|girl|guy|lady|lad|couple|family)\b)\w"
)
# "Total klutz, so the case is a must".
_SO_I = re.compile(
    r"(?: in \w+| that i am)?,? (?:so|but) (?:i|i'm|this|it|the|my|these|even i|now)\b"
)
# "Greedy seller"; a clueless one only works badly.
_WORSE_THAN_WORK = frozenset(["greedy", "shameless", "snotty", "deceitful", "talentless", "smarmy"])
# "Silly old fool, I ordered two".
_FOND = re.compile(r"^(?:this |you )?(?:silly |daft |poor |forgetful |clumsy |old )+$")
_I = re.compile(r"\b(?:i|me|myself)\b(?!.*\byou)")
_AND = re.compile(r" and (?:\w+ )?(\w+)")
# "Scatty girl on returns".
_SOMEBODY_WHO = pattern(
    r" (?:[\w'’-]+ )?(?:girl|boy|man|woman|guy|lady|lad|bloke|dude|people|folk|folks|teenager|kid"
    r"|person)s? (?:on|at|in|behind|who|that|from)(?!\w)"
)
_DID = re.compile(
    r" (?:never |even |just |then |actually )?(?:can't|cannot|couldn't|didn't|doesn't|don't|won't"
    r"|wouldn't|sent|sold|took|broke|lost|left|threw|hung|kept|keeps|forgot|put|tries|wants|says|said"
    r"|thinks|hides|hid|runs|lies|steals|charges|knows|needs|owes|calls|tells|told|makes|sends|sells|wrote|writes|gave|spoke|stole|told|has|had|\w{2,}ed)\b"
)
_PEOPLE_AFTER = pattern(
    r"(?: \w+){0,2} (?:person|people|human|humans|human being|human beings|man|woman|girl|"
    r"boy|bitch|cow|pig|creature|animal"
    r"|animals|seller|sellers|guy|guys|lady)(?!\w)"
)
_NOUN_FOLLOWS = re.compile(
    r" (?!(?:and|or|but|as|if|who|that|because|with|when|like|to|in|on|for|too|they|he|"
    r"she|you|it|at|enough|sometimes|by|so|than|today|lol|then|what|is|here|there|now|"
    r"again|really|indeed|sorry|please|from|don't|how|why|though|anyway|honestly|tbh|innit|mate|through"
    r"|alright|either|pure|plain|all|of|period|full|just|no|full stop|hung|hangs|alive|i)\b)\w"
)


class EnglishInsults:
    """Rejects clear insults of a person; holds mild ones, and those that may be aimed or not."""

    name = "english_insults"
    version = "2"
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
    for found in ENGLISH.find(text, "english_contempt.txt"):
        yield found.start, found.end, Verdict.HOLD if found.turn.group == "mild" else Verdict.REJECT
    for place in _WORDS.places(text):
        verdict = _JUDGES[_KINDS[place.word]](place)
        if verdict and not _is_nobody(place) and not is_reported(text, place.start):
            yield place.start, place.end, verdict


def _is_nobody(place: Place) -> bool:
    """Whether the word means the writer, a proverbial somebody, or a thing, or is denied."""
    return bool(
        is_about_writer(place)
        or is_negated(place)
        or _NOBODY_BEFORE.search(place.before)
        or _NOBODY_AFTER.match(place.after)
        or (_OF_A.match(place.after) and not is_one_of_sellers(place))
        or (is_called_out(place) and _SO_I.match(place.after))
        or (_FOND.search(place.before) and _I.search(place.after))
    )


def _is_in_story(place: Place) -> bool:
    return bool(_STORY.search(place.before) or _STORY_AFTER.match(place.after))


# --- how each kind of word is judged ---


def _clear(place: Place) -> Verdict | None:
    if aims_at_you(place) or names_seller(place):
        return Verdict.REJECT
    if _is_in_story(place):
        return None
    aimed = is_called_out(place) or points_at_somebody(place) or aims_at_them(place)
    return Verdict.REJECT if aimed else Verdict.HOLD


def _people(place: Place) -> Verdict | None:
    """Words for people, which are also names, curses and somebody in a story."""
    if verdict := _goods(place):
        return verdict
    if names_seller(place) or aims_at_them(place):
        return Verdict.REJECT
    if _is_in_story(place):
        return None
    called_out, ended = is_called_out(place), _ends(place)
    alone = not place.before and place.word not in _SHOUTED
    if ended and (called_out or points_at_somebody(place)) and not alone:
        return Verdict.REJECT
    if called_out and points_at_somebody(place) and (place.word.endswith("s") or place.before):
        return Verdict.REJECT
    if aims_at_him(place) or is_left_to_end(place) or is_one_more(place):
        return Verdict.HOLD
    return Verdict.HOLD if called_out and (ended or _DID.match(place.after)) else None


def _goods(place: Place) -> Verdict | None:
    """For words that are goods as well nothing but "you", the seller, or a shout will do."""
    if _is_said_of_you(place) or is_one_of_sellers(place):
        return Verdict.REJECT
    if is_called_out(place) and ends_sentence(place):
        shouted = place.word in _SHOUTED or place.before.startswith("what a")
        return Verdict.REJECT if shouted or _CONTEMPT.search(place.before) else None
    return None


def _figurative(place: Place) -> Verdict | None:
    if _is_said_of_you(place):
        thing = _NOUN_FOLLOWS.match(place.after) and not _PEOPLE_AFTER.match(place.after)
        return None if thing else Verdict.REJECT
    if is_one_of_sellers(place):
        return Verdict.REJECT
    shouted = place.word in _SHOUTED or _CONTEMPT.search(place.before)
    if shouted and is_called_out(place) and ends_sentence(place):
        return Verdict.REJECT
    nasty = _NASTY.search(place.before) and place.word not in _PETS
    if nasty and _SOMEBODY_THERE.match(place.after):
        return Verdict.REJECT
    return Verdict.HOLD if nasty and _may_be_somebody(place) else None


def _may_be_somebody(place: Place) -> bool:
    """Whether it is "Silly cow." or "dopey mare at the garden centre"."""
    alone = is_called_out(place) and ends_sentence(place) and not place.before.endswith("old ")
    return alone or (place.word in _WOMEN and _AT.match(place.after) is not None)


def _quality(place: Place) -> Verdict | None:
    if names_seller(place):
        return Verdict.REJECT
    return _figurative(place)


def _mild_people(place: Place) -> Verdict | None:
    if _is_in_story(place):
        return None
    aimed = (
        _is_said_of_you(place)
        or aims_at_them(place)
        or names_seller(place)
        or points_at_somebody(place)
        or is_left_to_end(place)
        or is_one_more(place)
        or (is_called_out(place) and _stands_for_somebody(place))
    )
    return Verdict.HOLD if aimed else None


def _stands_for_somebody(place: Place) -> bool:
    """Whether nothing that it might be the name of follows: "Maniac Mansion", "jerk chicken"."""
    return bool(_ends(place) or _DID.match(place.after) or _PEOPLE_AFTER.match(place.after))


def _ends(place: Place) -> bool:
    """Whether the sentence ends, or goes on with another such word: "fools and knaves"."""
    return (
        ends_sentence(place)
        or place.after.startswith((" and a ", " and an "))
        or ((another := _AND.match(place.after)) is not None and another[1] in _KINDS)
    )


def _mild(place: Place) -> Verdict | None:
    if _is_in_story(place):
        return None
    if is_called_out(place):
        aimed = ends_sentence(place) or names_seller(place) or points_at_somebody(place)
    else:
        aimed = _is_said_of_you(place) or aims_at_them(place) or points_at_somebody(place)
    return Verdict.HOLD if aimed else None


def _mild_quality(place: Place) -> Verdict | None:
    if _is_in_story(place):
        return None
    aimed = aims_at_you(place) and not _NOUN_FOLLOWS.match(place.after)
    aimed = aimed or (is_called_out(place) and bool(_SOMEBODY_WHO.match(place.after)))
    return Verdict.HOLD if aimed or _is_bad_seller(place) else None


def _is_bad_seller(place: Place) -> bool:
    return place.word in _WORSE_THAN_WORK and names_seller(place)


def _is_said_of_you(place: Place) -> bool:
    """Not "I hate you, knob number three"."""
    return aims_at_you(place) and (
        not place.before.rstrip().endswith((",", ";")) or ends_sentence(place)
    )


_JUDGES: dict[str, Callable[[Place], Verdict | None]] = {
    "clear": _clear,
    "people": _people,
    "goods": _goods,
    "figurative": _figurative,
    "kinds": _quality,
    "mild people": _mild_people,
    "mild": _mild,
    "mild kinds": _mild_quality,
}


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
