"""At whom English words are aimed: what the filters of English insults, attacks and threats share.

Patterns are written as people write, and read by `pattern`. A word counts by what stands before
and after it in its sentence: the same word insults a seller, names a toy pig, or is what the
writer calls himself.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from .vocabulary import words_in

_WORD = re.compile(r"[a-z]+")
_RANKS = {word: rank for rank, word in enumerate(words_in("english_common_words.txt"))}
# Whoever repeats one word a thousand times is known after twenty.
_ENOUGH = 20
# A sentence that goes on longer says something else by then.
_REACH = 110
# What parts words; the apostrophe of "can't" does not.
_GAP = r"(?:(?!['’]\w)[^\w.!?\n]{1,4})"


def lexicon(name: str) -> frozenset[str]:
    """The words of a list in moderation/lexicon; an underscore there is a space."""
    return frozenset(word.replace("_", " ") for word in words_in(name))


def pattern(written: str) -> re.Pattern[str]:
    """A regular expression, read so that it needs no care for how people type.

    A space is any gap within a sentence, an apostrophe may be missing or curly, "…" is any ending
    of a word, and "<3>", before a word or between two, stands for up to three words.
    """
    read = re.sub(r"(?<=[\w|:(])'(?=[a-z])", "['’]?", written)
    read = re.sub(r"<(\d)>(?=[\w(])", r"(?:[\\w'’-]+ ){0,\1}", read)
    read = re.sub(r" ?<(\d)>", r"(?: [\\w'’-]+){0,\1}", read)
    return re.compile(read.replace(" ", _GAP).replace("…", r"[\w'’-]*"))


@lru_cache(maxsize=4)  # each English filter asks about the same text
def words_of(text: str) -> frozenset[str]:
    """The different English words of a folded text, to ask quickly whether any is of a list."""
    return frozenset(_WORD.findall(text))


class Place(NamedTuple):
    """A word in its sentence: what stands before and after it there, and its place in the text."""

    word: str
    before: str
    after: str
    start: int
    end: int


class WordList:
    """Words, of several parts too, that are looked for in a text all at once."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_part: dict[str, list[str]] = defaultdict(list)
        for word in words:
            self._by_part[_rarest_part(word)].append(word)
        self._any_with = lru_cache(maxsize=5_000)(self._pattern)

    def places(self, text: str) -> Iterator[Place]:
        """Where the words stand in a folded text."""
        if named := self._by_part.keys() & words_of(text):
            yield from places(self._any_with(frozenset(named)), text)

    def _pattern(self, parts: frozenset[str]) -> re.Pattern[str]:
        words = sorted((word for part in parts for word in self._by_part[part]), key=len)
        return re.compile(rf"(?<![\w'’-])(?:{'|'.join(map(re.escape, words[::-1]))})(?!\w)")


def _rarest_part(word: str) -> str:
    parts: list[str] = _WORD.findall(word)
    return max(parts, key=lambda part: _RANKS.get(part, len(_RANKS)))


def places(wanted: re.Pattern[str], text: str) -> Iterator[Place]:
    """Where a pattern of words occurs in a folded text."""
    for match in islice(wanted.finditer(text), _ENOUGH):
        before = _BEFORE_SENTENCE.sub("", text[max(0, match.start() - _REACH) : match.start()])
        after = _AFTER_SENTENCE.sub("", text[match.end() : match.end() + _REACH], count=1)
        yield Place(match[0], before, after, *match.span())


_BEFORE_SENTENCE = re.compile(r"^.*(?:[.!?…](?=[\s\"'”’)])|\n)\W*", re.DOTALL)
_AFTER_SENTENCE = re.compile(r"(?<=[.!?\n]).*$", re.DOTALL)

# --- who is meant ---

_PERSON = (
    "seller|vendor|merchant|dealer|trader|retailer|supplier|manufacturer|owner|shop "
    "?keeper|shop ?owner"
    "|store ?owner|landlord|boss|director|manager|ceo|supervisor|administrator|admin|staff|worker"
    "|employee|clerk|cashier|consultant|assistant|adviser|advisor|operator|agent|rep|representative"
    "|salesman|saleswoman|sales ?person|sales ?girl|courier|driver|delivery (?:guy|man|"
    "boy|person|driver"
    "|woman|girl|service|team)|delivery ?man|post ?man|mail ?man|packer|baker|florist|"
    "pharmacist|chemist|mechanic|tailor|seamstress|trainer|vet|doctor|dentist|nurse|barber|"
    "hairdresser|stylist|chef|waitress|barista|bartender|hostess|"
    "concierge|tutor|teacher|cleaner|painter|builder|carpenter|electrician|roofer|"
    "gardener|jeweller|jeweler|optician|photographer|butcher|grocer|farmer|breeder|"
    "distributor|wholesaler|auctioneer|broker|lawyer|surveyor|inspector|bouncer|doorman|"
    "porter|mover|trainee|intern|apprentice|locksmith|shop ?assistant|security|trader|"
    "stall ?holder|decorator|cobbler|weaver|potter|framer|groomer|tattooist|loader|"
    "handyman|"
    "guard|receptionist"
    "|technician|installer|fitter|plumber|repair ?man|master|designer|programmer|developer|engineer"
    "|accountant|marketer|storekeeper|warehouseman|middleman|reseller|scalper|reviewer|"
    "commenter|buyer"
)
_GROUP = (
    "shop|store|company|firm|business|outfit|support|customer (?:service|support|care)|"
    "team|crew|management"
    "|warehouse|call cent(?:er|re)|help ?desk|hot ?line|office|department|service|marketplace|brand"
)
_SOMEBODY = (
    "guy|man|woman|lady|girl|boy|bloke|dude|chap|fellow|kid|person|people|folks|lads|"
    "gentleman|madam|lot"
)
WHERE = r"(?:at|in|from|on|behind|who|that|whoever|working|running|packing|there|here|of)"
SELLER = (
    rf"(?:(?:{_PERSON})(?:s|men|women)?|(?:{_GROUP})s?(?: (?:girl|guy|man|lady|woman|boy|"
    r"people|staff|team|rep|agent"
    rf"|owner|manager|worker)s?)?|(?:{_SOMEBODY})s? (?:at|in|from|on|behind|there|here|who|"
    r"that|working|running"
    r"|you hired)(?: (?:the|your|this|that|their|our|my|call|pick|pick-up|pickup|delivery|"
    r"front|help|support|service"
    r"|hot|hotline|customer|sales|info|shop|store|phone|counter|desk|point|chat|line|till|"
    r"warehouse|other|end|of"
    r"|answers?|answered|sold|runs?|owns?|packed|sent|delivered|wrote|works?|picked|took|"
    r"it|me|us|orders?|parcels?|emails?|chats?|your|my"
    r"|this|these|those|him|them|her)){0,5}|whoever<6>|everyone (?:there|here|at)<3>|"
    r"everybody (?:there|here|at)<3>"
    r"|(?:all|both|half|most) of (?:you|them))"
)
YOU = "(?:you|u|ya|ye|y'all|yous?|yall)"
_IS = (
    "(?:is|are|r|was|were|am|'s|'re|s|re|be|being|must be|must have been|has to be|have "
    "to be|seems?|seems? to be"
    "|looks? like|sounds? like|smells? like|acts? like|acting like|acted like|behaves? "
    "like|behaved like"
    "|works? like|drives? like|thinks? like|talks? like|turned out|turned out to be|"
    "proved to be|remains?)"
)
FILLER = (
    r"(?:an?|the|all|both|just|such|so|really|truly|simply|clearly|obviously|probably|"
    r"apparently|definitely"
    r"|honestly|literally|actually|also|still|even|too|very|quite|pretty|rather|as|like|"
    r"some|kind|sort|of|nothing|but"
    r"|more|than|only|either|or|and|one|big|biggest|huge|giant|little|small|tiny|old|"
    r"young|real|right|proper|true|total"
    r"|complete|absolute|utter|perfect|pure|plain|downright|first|class|grade|certified|"
    r"professional|pathological"
    r"|serial|massive|bloody|damn|damned|goddamn|freaking|fricking|friggin|frigging|"
    r"fucking|fuckin|flipping|effing"
    r"|stupid|dumb|lying|thieving|stealing|cheating|scamming|greedy|lazy|fat|ugly|"
    r"pathetic|worthless|miserable"
    r"|filthy|dirty|useless|disgusting|nasty|vile|rotten|horrible|awful|terrible|arrogant|"
    r"ignorant|incompetent"
    r"|clueless|brainless|spineless|heartless|shameless|rude|sick|mad|crazy|drunk|smug|"
    r"sneaky|slimy|sad"
    r"|sorry|poor|silly|blind|deaf|illiterate|uneducated|cheap|bad|worst|bunch|pack|gang|"
    r"load|lot|pair|herd|crew"
    r"|people|guys|folks|piece|excuse|for|inbred|toothless|brain-?dead|half|two|three|"
    r"bigger|my|dear|little|world's"
    r"|smarmy|repulsive|evil|wicked|hopeless|deceitful|greasy|oily|vicious|venomous|bitter|foul"
    r"|hateful|snotty|cheeky|dozy|mean|talentless|cruel|bit|grumpy|moody|bent|whole|royal|prize"
    r"|lousy|wretched|damnable|money-?grubbing|two-?faced|back-?stabbing|jumped-?up|"
    r"good-?for-?nothing|no|time|low-?life|everyone)"
)
# Whatever else is said of him between "a" and the word: "a mean, tight-fisted old …".
_FILLERS = (
    rf"(?:(?: {FILLER}){{0,6}}| (?:such |as )?an?"
    r"(?: (?!(?:of|for|to|in|with|by|from|on|at|about|that|who|and i)\b)[\w'’-]+){0,3})"
)

_IS_YOU = pattern(
    rf"(?<!\w)(?:{YOU}(?: (?:all|people|guys|lot|folks|there|two|five|star|seriously|"
    r"really|sellers?|must|have|got))*"
    rf"(?:'re| {_IS})?(?: not)?|(?:are|r) {YOU}|(?:don't be|stop being|quit being|stop "
    rf"acting like)|(?:courier|seller|driver|manager|support|owner)\? more like|{YOU}(?: "
    rf"\w+)? call yourselves?|i(?:'d| would|'ll| will)? (?:just )?call "
    rf"(?:you|him|her|them|that)){_FILLERS} $"
)
_IS_SELLER = pattern(
    rf"(?<!\w)(?:{SELLER}|(?:the|this|that|phone|counter|desk|delivery|shop|till|repair|"
    rf"sales|returns"
    r"|security|reception) (?:man|guy|woman|lady|bloke|dude|girl|fellow|chap|"
    r"lad))(?: (?:of|at|in|from) (?:the |your |this |that )?\w+| (?!(?:sent|sold|gave|"
    r"says?|said|told))\w+)? ?"
    rf"(?:{_IS}|[:=–—-])(?: not)?{_FILLERS} $"
)
_IS_THEY = pattern(
    rf"(?<!\w)(?:they|these|those)(?: (?:people|guys|folks|sellers?|men|women))? ?{_IS}{_FILLERS} $"
)
_IS_HE = pattern(
    rf"(?<!\w)(?:he|she|(?:this )?dude|bro|homie|"
    rf"(?:this |the )(?:guy|man|woman|person|bloke|lady|lad)) ?{_IS}{_FILLERS} $"
)
_CALLED_OUT = pattern(
    r"^(?:[^\w]|hey|oh|well|yo|dear|listen|what|wow|ugh|omg|lol|shut up|just|get lost|"
    r"attention|and|so|typical"
    rf"|thanks?|thank you|bravo|congratulations|[a-z]+-[a-z]+(?:ed|ing|en)|{FILLER})*$"
)
_GANG = pattern(
    r"(?<!\w)(?:bunch|pack|gang|herd|load|lot|crew|team|nest|den|band|pair|couple|"
    r"collection|circus|company|shop|store"
    rf"|full|parade|army|tribe|clan|family|staff) of{_FILLERS} $"
)
_POINTED = pattern(
    r"(?<!\w)(?:this|that|these|those|your|their|what an?|what|such an?|such|by an?|by|"
    r"from|with|some|only|hire|hired|to such|to these|to those|at these|how can|how could"
    rf"|which|the same|no){_FILLERS} $"
)
_ADDRESSED = pattern(r"(?<!\w)(?:you|your|yours|yourselves)(?!\w)[^.!?\n]*[,–—-] $")
# "What a pathetic little worm this seller is".
_WHAT_A = re.compile(r"\b(?:what|such) an? ")
_THIS_SELLER_IS = pattern(
    rf" (?:the |this |that |your )?(?:{SELLER}|you|he|she|they) (?:is|are|was|were)(?!\w)"
)
_OF_SELLER = pattern(rf"(?: {FILLER}){{0,3}} (?:(?:of|for|as) an? )?(?:\w+ )?{SELLER}(?!\w)")
_OF_A_SELLER = pattern(rf" (?:of|for) an? (?:\w+ )?{SELLER}(?!\w)")
_WHO = pattern(
    r" (?:who|at|in (?:the|your|that|this|their|customer|chat|support)|from (?:the|your|"
    r"that|this|support)"
    r"|behind|on the (?:phone|other|desk|hotline|line)|there|work|works|working|run|runs|"
    r"running|sent|sends|send|packed"
    r"|packs|pack|sold|sells|sell|can't|cannot|couldn't|don't|doesn't|didn't|won't|"
    r"wouldn't|never|keep|keeps|kept|lost"
    r"|forgot|put|charged|charge|threw|blocked|broke|think|thinks|wrote|refused|like "
    r"(?:you|him|her|them|these|this)"
    r"|everywhere|the lot of|all of|with(?:out)? (?:no|a|any)|answering|answers|answer|"
    r"delivering|delivered|has|have"
    r"|had|left|took|mixed|ruined|told|called|gave|designed|made|write|writes|give|gives|"
    r"was|were|is|are)(?!\w)"
)
_ONE_MORE = pattern(
    rf"(?<!\w)(?:{SELLER}|he|she|they|you)(?!\w)[^.!?\n]*(?:,|and|but)(?: also)? an?{_FILLERS} $"
)
_ENDED = re.compile(r"\W*(?:$|[.!?,;:–—\n(]|-(?!\w))")


def aims_at_you(place: Place) -> bool:
    """Whether "you" or "the seller" are what the word says: "you are …", "the seller is a …"."""
    before = place.before
    return bool(
        _IS_YOU.search(before)
        or _IS_SELLER.search(before)
        or (_WHAT_A.search(before) and _THIS_SELLER_IS.match(place.after))
    )


def aims_at_them(place: Place) -> bool:
    """Whether the word says what "they" are, whoever that is."""
    return bool(_IS_THEY.search(place.before))


def aims_at_him(place: Place) -> bool:
    """Whether the word says what "he" or "she" is, whoever that is."""
    return bool(_IS_HE.search(place.before))


def is_called_out(place: Place) -> bool:
    """Whether the word begins its sentence, or is all of it, as "What idiots!" or "Morons, …"."""
    return bool(_CALLED_OUT.search(place.before))


def is_left_to_end(place: Place) -> bool:
    """Whether the word is thrown after the sentence: "no refund, retard"."""
    return place.before.endswith((", ", " - ", " – ")) and not re.search(r"\w", place.after)


def is_one_more(place: Place) -> bool:
    """Whether it is one more thing that somebody is: "he was late and a bully at that"."""
    return bool(_ONE_MORE.search(place.before)) and ends_sentence(place)


def ends_sentence(place: Place) -> bool:
    """Whether nothing, or a pause, follows."""
    return bool(_ENDED.match(place.after))


def points_at_somebody(place: Place) -> bool:
    """Whether it is this or that one, one of a gang, one who did something, or the seller."""
    return bool(
        _GANG.search(place.before)
        or _POINTED.search(place.before)
        or _OF_SELLER.match(place.after)
        or _WHO.match(place.after)
        or (_ADDRESSED.search(place.before) and ends_sentence(place))
    )


def names_seller(place: Place) -> bool:
    """Whether it stands before the seller or the staff: "idiot seller", "pig of a manager"."""
    return bool(_OF_SELLER.match(place.after))


def is_one_of_sellers(place: Place) -> bool:
    """Whether it is what a seller is called: "rat of a courier"."""
    return bool(_OF_A_SELLER.match(place.after))


# --- who is not meant ---

_SELF_BEFORE = pattern(
    r"(?<!\w)(?:we(?: (?:two|both|three|all))?|us(?: two| both)?|(?:i|we)(?:'m| am| "
    r"was| were|'ve been| have been|'re| are| must| feel| "
    r"felt| look| looked| seem| sound| be"
    r"| being| became| become| acted| behaved| turned out)(?: (?!by|with|to|for|from|at|"
    r"dealing|you|that|sure|surprised"
    r"|say|these|those|this|your|their)[\w'’-]+){0,7}|(?:call|calls|called|calling|makes?|"
    r"made|making|shoot|forgive|colou?r)"
    r" (?:me|us|myself|my)<4>|(?:than|from|for|to|of) an? (?:\w+ )?|myself<3>|(?:my|"
    r"our)(?! (?:order|parcel|money|"
    r"message|box|god|question|complaint|experience|opinion))(?:\s[\w'’-]+){0,5}|(?:feel|felt|feeling|"
    r"look|looked|looking) like<4>) $"
)
_SELF_AFTER = pattern(
    r"\)?\s(?:(?:like|as|of|that)\s)?(?:me|myself|i|we|i'm|here)(?! hope| think| (?:paid|"
    r"ordered|asked|bought) )(?!\w)"
    r"|(?:\s\w+)?\s(?:that |which )?(?:i|we) (?:am|was|were|are|look|must)(?! (?:dealing|"
    r"told|talking|sent|given|buying|having))(?!\w)"
)
_NEGATED = pattern(
    r"(?<!\w)(?:not|isn't|aren't|wasn't|weren't|ain't|don't|doesn't|never|no|nor|neither|"
    r"without|hardly|nobody|cannot|can't"
    r"|won't|instead of)(?: (?:an?|the|all|any|some|such|that|to|be|being|is|are|saying|"
    r"say|calling|call|called|accusing"
    r"|accuse|think|believe|mean|claim|claiming|deal with|with|him|her|them|you|anyone|"
    r"anybody|the seller|they|he|she"
    r"|a bad|bad|complete|total|as|real)){0,6} $"
)
_NEVER_SUCH = re.compile(r"\b(?:such|so|like|more|bigger|worse|seen|met|dealt)\b")
_REPORTED = pattern(
    r"(?<![\w'’])(?!(?:i|we|i'd|i'll|they should be) )(?:[\w'’)-]+ )?(?:calls?|called|"
    r"calling|names?|named|label…|said|says|saying|(?:reviewers?|people|others|buyers|"
    r"some|everyone|everybody|neighbou?rs?) say"
    r"|told|tells|wrote|writes|written|replied|replies|reply|answered|answers?|shouted|"
    r"shouts|yelled|yells|screamed|hissed"
    r"|typed|muttered|whispered|commented|accuse[sd]?|accusing|insulted|swore|implied|"
    r"suggested|hinted|threatened"
    r"|threat…|threatens|reads|words?|lyrics?|claim…|printed|greeted|answer|signed|"
    r"message|note)(?!\w)"
    r"(?: (?!tell|thing)[\w'’:,-]+){0,12}\W*$"
)
_WRITER_SAID = pattern(
    r"(?<!\w)(?:i|we|i'd|i've|let me|(?:also|just|already|have|must)) (?:\w+ )?(?:say|"
    r"said|told|wrote|call|called|replied"
    r"|tell|answered|repeat|mean)(?!\w)"
)


def is_about_writer(place: Place) -> bool:
    """Whether the writer means himself or his own: "I was an …", "like an … I bought it"."""
    return bool(_SELF_BEFORE.search(place.before) or _SELF_AFTER.match(place.after))


def is_negated(place: Place) -> bool:
    """Whether it is said not to be so. "Never seen such idiots" is no such thing."""
    match = _NEGATED.search(place.before)
    return match is not None and not _NEVER_SUCH.search(match[0])


def is_reported(text: str, start: int) -> bool:
    """Whether what starts there is quoted, or told as what somebody else said."""
    before = text[max(0, start - _REACH) : start]
    if _is_quoted(text, start):
        return True
    sentence = _BEFORE_SENTENCE.sub("", before)
    return bool(_REPORTED.search(sentence) and not _WRITER_SAID.search(sentence))


def _is_quoted(text: str, start: int) -> bool:
    """Whether a quotation is open there, and is closed later."""
    double = text.count('"', 0, start)
    if double % 2 and '"' in text[start:]:
        return True
    for opening, closing in ("“”", "«»", "‘’", "„“"):
        if (
            text.rfind(opening, 0, start) > text.rfind(closing, 0, start)
            and closing in text[start:]
        ):
            return True
    return any(quote.start() < start < quote.end() for quote in _single_quoted(text))


@lru_cache(maxsize=4)
def _single_quoted(text: str) -> tuple[re.Match[str], ...]:
    return tuple(islice(_SINGLE.finditer(text), 50)) if "'" in text else ()


_SINGLE = re.compile(r"(?<!\w)'(?=[\w.])(?:[^'\n]|(?<=\w)'(?=\w)){1,200}'(?!\w)")
