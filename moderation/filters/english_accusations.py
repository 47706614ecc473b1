"""English accusations of a crime against the seller or the staff: a moderator looks at them first.

"Scam", "rip-off", "fake" and "cheated me" speak of the deal, and are published.
"""

from collections.abc import Iterator

from moderation.english_aim import (
    SELLER,
    Place,
    Rulebook,
    aims_at_him,
    aims_at_them,
    aims_at_you,
    ends_sentence,
    is_about_writer,
    is_called_out,
    is_negated,
    is_reported,
    lexicon,
    names_seller,
    pattern,
    places,
    points_at_somebody,
    rules,
    words_of,
)
from moderation.language import in_words_of
from moderation.text import view
from moderation.types import Draft, Finding, PolicyReason, Verdict

CRIMINALS = lexicon("english_criminals.txt")
_ANY = pattern(rf"(?<![\w'’-])(?:{'|'.join(sorted(CRIMINALS, key=len, reverse=True))})(?![\w-])")
_WORDS = frozenset(word.split()[-1] for word in CRIMINALS)
# Bike thieves, anti-thief bags, a book about a thief; criminal lawyers and records.
_GOODS_BEFORE = pattern(
    r"(?<!\w)(?:bike|bicycle|car|book|porch|package|parcel|anti|time|lightning|identity|data|keeps?|against|stops?|deters?|scares?|scared?"
    r"|catch|caught|from|potential|possible|would-be|any|novel|movie|film|game|show|series|about|for|cat|bacon|sock|toy|master) $"
)
_GOODS_AFTER = pattern(r"(?:-| )(?:proof|deterrent|alarm|lawyer|law|record|minds?|costume|mask|in law|who broke|broke|waste)(?!\w)")
_COMMON = pattern(r"(?<!\w)(?:common|petty|ordinary|real|professional|plain|simple|pure|organi[sz]ed|shameless) $")
_STORY = pattern(r"(?<!\w)(?:novel|book|film|movie|character|villain|hero|heroine|plot|episode|season|story|thriller|game)(?!\w)")

_WHO = rf"(?:{SELLER}|they|he|she|you|u|these (?:people|guys)|someone (?:at|in|from)<3>|somebody (?:at|in|from)<3>|who|owners?|guys?|there|point|warehouse|cent(?:er|re)|shop)"
_MINE = r"(?:my|our|from|money|the|your|people|people's|customers?|buyers?|me|us|him|data|everything|half|with both|old|pensioners?|\d+|it|parts?|phones?|cards?|things|goods|parcels?|packages?)"

CRIMES = (
    ("stole steal steals stealing stolen robbed rob robs robbing", rf"{_WHO}(?: (?:also|just|simply|have|has|had|is|are|was|were|been|all|always|openly|probably|must have|literally|even|keep|kept|here|there|systematically|regularly|constantly|routinely|clearly|who)){{0,4}} (?:stole|steals?|stealing|stolen|robbed|robs?|robbing) {_MINE}(?! (?:heart|show|idea|thunder|breath))"),
    ("stole stolen steal robbed", r"(?:stole|stolen|stealing|steal|steals|pinched|nicked|swiped|pilfered|takes? (?:things|items|goods|stuff)) (?:\w+ ){0,4}(?:out of|from|in|inside) (?:the|my|our|every|people's|your) (?:\w+ )?(?:parcels?|packages?|box(?:es)?|orders?|bags?|envelope|elderly|customers|buyers|pensioners|warehouse)(?! (?:by the neighbour|porch|off my porch))|(?:was|were|been|being|got|feel like i was) robbed (?:by|of|in|at)(?! (?:sleep|joy))|(?:you're|we're|you are|we are)(?: all)? being robbed|sell(?:s|ing)? (?:\w+ )?(?:stolen|smuggled|contraband|looted) "),
    ("theft fraud robbery extortion blackmail larceny embezzlement racket forgery crime stealing", r"(?:it's|its|it is|this is|that's|that is|it was|pure|systematic|plain|simple|calls?|outright|clear|open|real|actual|total|100%|complete|consider (?:it|this)|obvious|sheer|downright|nothing but|nothing short of|is|are|commit\w*|involved in|guilty of|wire|card|credit card|insurance|tax|mail|consumer|organi[sz]ed)(?: \w+)? (?:theft|fraud|stealing|larceny|extortion|blackmail|embezzlement|racketeering|racket|forgery|organi[sz]ed crime)(?! (?:alert|protection|department|warning|prevention|proof|check))|fraud (?:shop|store|seller|company|scheme|by the)|(?:seller|shop|company|owner|store|they|he) (?:is|are) (?:an? )?(?:\w+ )?fraud(?!\w)|embezzlement"),
    ("launder laundering launders laundry evasion evade evades mafia racketeers drug drugs traffick trafficking ponzi pyramid embezzle embezzled embezzles bribe bribes bribed bribing bribery extort extorted extorts extorting blackmail blackmails blackmailed blackmailing smuggle smuggles smuggling weapons", rf"(?:money|dirty|cash) launder\w*|launder\w* (?:\w+ )?money|(?:tax|taxes) (?:evasion|fraud|dodg\w+)|(?:evades?|evading|dodg\w+|don't pay|doesn't pay|not paying|avoid\w*) (?:\w+ )?tax(?:es)?|(?:the|real|local|a|whole|this|total) mafia(?! (?:game|film|movie|book|boss))|(?:front|cover) for (?:drugs?|the mafia|money|laundering|criminals?|crime|dealers?)|(?:sells?|selling|deals?|dealing|push\w*) (?:in )?(?:drugs|narcotics|weapons)(?! ?store)|drug (?:dealers?|dealing|trafficking)|ponzi|pyramid(?= scheme| and| selling)|embezzle[sd]?|(?:brib(?:e|es|ed|ing))(?! (?:my|the (?:dog|cat|kids))|d)|(?:extort(?:s|ed|ing)?|blackmail(?:s|ed|ing|ers?)?)(?! (?:book|novel|film|movie))|smuggl(?:e|es|ed|ing|ers?)(?= (?:goods|drugs|phones?|cigarettes|it|them|these))"),
    ("forge forged forges forging forgery fake faked falsified falsify falsifies tampered counterfeiters", rf"(?:forg(?:e|es|ed|ing)|fak(?:e|es|ed|ing)|falsif(?:y|ies|ied|ying)|doctored) (?:\w+ )?(?:certificates?|documents?|signatures?|receipts?|invoices?|papers|passports?|records?|tracking|the delivery|licen[cs]es?|prescriptions?|expiry dates?)(?! (?:arrived|frame))|(?:certificate|signature|document|receipt|invoice|licen[cs]e)s? (?:is|are|was|were|has been|have been) (?:forged|faked|falsified)|counterfeiters|(?:scales?|meters?|taximeter) (?:\w+ )?(?:is|was|were|are|been) (?:tampered|rigged)"),
    ("prison jail bars arrested jailed police locked arrest criminally imprisoned", rf"(?:{SELLER}|you|they|he|she|these people|these guys|all of you|such people|owner)(?: \w+){{0,2}} (?:belongs?|should(?: all)?(?: be)?|will|deserves?|ought to be|must be|needs? to be|has been|have been|was|were|is|are|is going|are going)(?: \w+)? (?:to |in |put in |sit in |go to |sent to |behind )*(?:prison|jail|behind bars|arrested|jailed|imprisoned|locked up|handcuffs)|police (?:are|is|should) (?:\w+ )?(?:looking|searching|after|watch\w*|look|arrest\w*)(?: for)? (?:the |this |that |him|her|them)|(?:arrest|jail|imprison|lock up) (?:the |this |these |those |him|her|them)(?:\w+)?"),
    ("pocketed pocket pockets swap swaps swapped swapping resell skimmed skim profit", rf"(?:courier|driver|delivery \w+|worker|workers|cashier|manager|employee|employees|staff|seller|he|she|they)(?: \w+){{0,6}} (?:pocket(?:ed|s)?|trousered) (?:my|the|our|\d+|all)(?! (?:knife|watch))|swap(?:s|ped|ping)? (?:\w+ ){{0,2}}(?:expensive|original|new|real|good|genuine) (?:\w+ ){{0,2}}for (?:cheap|old|fake|used|broken)|(?:split|share|splits?) the (?:profit|loot|money)|pulled the original"),
    ("bought paid buys pays buying fake", rf"(?:all |the )?(?:five(?:-| )star|5(?:-| )star|positive|good)? ?reviews (?:are|were) (?:all )?(?:bought|paid for|paid)(?= ?(?:,|by|[.!]|$))(?=[^.!?]*(?:seller|shop|fraud|they|company|\d))"),
    ("deliberately knowingly poison poisoning poisoned murder murderers killing", r"(?:deliberately|knowingly|on purpose|consciously) (?:poison|poisons|poisoning|poisoned|kill|killing|kills|sell\w* poison|sell\w* (?:fake|counterfeit|dangerous|stolen)|cheat\w*|rob\w*|deceiv\w*|short-?chang\w*)|consider it (?:a )?(?:murder|attempted murder|crime)|attempted murder|murderers"),
    ("vanish vanished vanishes vanishing disappear disappears disappeared names name", r"(?:takes?|took|taking|collects?|collected|pocket\w*|grabs?|grabbed) (?:\w+ ){0,3}(?:money|prepayments?|deposits?|advance|cash|pension)(?: \w+){0,4} (?:and|then) (?:vanish\w*|disappear\w*|ran(?: away| off)?|runs?|run away|closes?|changes? (?:its|the|their|his) name)(?= ?(?:[.!,]|$| with| every| each))|known under \w+ names"),
)

RULES = Rulebook(rules(Verdict.HOLD, CRIMES))


class EnglishAccusations:
    """Holds what calls the seller or the staff criminals: true or not, a moderator decides."""

    name = "english-accusations"
    version = "1"
    description = "English accusations of a crime against the seller or the staff."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each accusation."""
        text = view(draft.comment)
        return [_finding(draft, *text.place(*span)) for span in _spans(text.text)]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    if not _WORDS.isdisjoint(words_of(text)):
        for place in places(_ANY, text):
            if _is_accusation(place) and not is_reported(text, place.start):
                yield place.start, place.end
    for _, match in RULES.matches(text):
        yield match.span()


def _is_accusation(place: Place) -> bool:
    if is_negated(place) or is_about_writer(place) or _STORY.search(place.before + place.after):
        return False
    if _GOODS_BEFORE.search(place.before) or _GOODS_AFTER.match(place.after):
        return False
    return (
        bool(_COMMON.search(place.before))
        or aims_at_you(place)
        or aims_at_them(place)
        or aims_at_him(place)
        or names_seller(place)
        or (is_called_out(place) and (ends_sentence(place) or place.word.endswith("s")))
        or points_at_somebody(place)
        or place.before.rstrip().endswith((",", "-", "–", "—"))
    )


def _finding(draft: Draft, start: int, end: int) -> Finding:
    message = in_words_of(
        draft.language,
        "Обвинение в преступлении: отзыв сначала посмотрит модератор.",
        "An accusation of a crime: a moderator will look at the review first.",
    )
    return Finding(
        reason=PolicyReason.OTHER, verdict=Verdict.HOLD, message=message, start=start, end=end
    )
