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
    r"(?<!\w)(?:bike|bicycle|car|book|porch|package|parcel|anti|time|lightning|identity|"
    r"data|keeps?|against|stops?|deters?|scares?|scared?"
    r"|catch|caught|from|potential|possible|would-be|any|novel|movie|film|game|show|"
    r"series|about|for|cat|bacon|sock|toy|master) $"
)
_GOODS_AFTER = pattern(
    r"(?:-| )(?:proof|deterrent|alarm|lawyer|law|record|minds?|costume|mask|in law|who "
    r"broke|broke|waste)(?!\w)"
)
_COMMON = pattern(
    r"(?<!\w)(?:common|petty|ordinary|real|professional|plain|simple|pure|organi[sz]ed|shameless) $"
)
_STORY = pattern(
    r"(?<!\w)(?:novel|book|film|movie|character|villain|hero|heroine|plot|episode|"
    r"season|story|thriller|game)(?!\w)"
)

_WHO = (
    rf"(?:{SELLER}|they|he|she|you|u|these (?:people|guys)|someone (?:at|in|from)<3>|"
    r"somebody (?:at|in|from)<3>|who|owners?|guys?|there|point|warehouse|cent(?:er|re)|"
    r"shop)"
)
_MINE = (
    r"(?:my|our|from|money|the|your|people|people's|customers?|buyers?|me|us|him|data|"
    r"everything|half|with both|old|pensioners?|\d+|it|parts?|phones?|cards?|things|"
    r"goods|parcels?|packages?)"
)

CRIMES = (
    (
        "steal stolen rob stealing stole robbed robbing robs steals",
        f"{_WHO}(?: (?:also|just|simply|have|has|had|is|are|was|were|been|all|always|openly|"
        "probably|must have|literally|even|keep|kept|here|there|systematically|regularly|"
        f"constantly|routinely|clearly|who)){{0,4}} (?:stole|steals?|stealing|stolen|robbed|"
        f"robs?|robbing) {_MINE}(?! (?:heart|show|idea|thunder|breath))",
    ),
    (
        "box order package bag customers envelope buyers orders elderly bags boxes packages "
        "warehouse parcel parcels pensioners & take takes steal stolen pinched stealing stole "
        "nicked pilfered steals swiped",
        "(?:stole|stolen|stealing|steal|steals|pinched|nicked|swiped|pilfered|takes? "
        r"(?:things|items|goods|stuff)) (?:\w+ ){0,4}(?:out of|from|in|inside) (?:the|my|our|"
        r"every|people's|your) (?:\w+ )?(?:parcels?|packages?|box(?:es)?|orders?|bags?|"
        "envelope|elderly|customers|buyers|pensioners|warehouse)(?! (?:by the neighbour|"
        "porch|off my porch))",
    ),
    (
        "robbed",
        "(?:was|were|been|being|got|feel like i was) robbed (?:by|of|in|at)(?! (?:sleep|joy))",
    ),
    (
        "robbed",
        "(?:you're|we're|you are|we are)(?: all)? being robbed",
    ),
    (
        "contraband stolen looted smuggled",
        r"sell(?:s|ing)? (?:\w+ )?(?:stolen|smuggled|contraband|looted) \w+",
    ),
    (
        "crime stealing theft blackmail embezzlement extortion forgery fraud larceny racket "
        "racketeering",
        "(?:it's|its|it is|this is|that's|that is|it was|pure|systematic|plain|simple|calls?|"
        "outright|clear|open|real|actual|total|100%|complete|consider (?:it|this)|obvious|"
        r"sheer|downright|nothing but|nothing short of|is|are|commit\w*|involved in|guilty of|"
        r"wire|card|credit card|insurance|tax|mail|consumer|organi[sz]ed)(?: \w+)? (?:theft|"
        "fraud|stealing|larceny|extortion|blackmail|embezzlement|racketeering|racket|forgery|"
        "organi[sz]ed crime)(?! (?:alert|protection|department|warning|prevention|proof|"
        "check))",
    ),
    (
        "fraud",
        "fraud (?:shop|store|seller|company|scheme|by the)",
    ),
    (
        "fraud",
        r"(?:seller|shop|company|owner|store|they|he) (?:is|are) (?:an? )?(?:\w+ "
        r")?fraud(?!\w)",
    ),
    (
        "embezzlement",
        "embezzlement",
    ),
    (
        "launders laundering laundered launderers launderer launder",
        r"(?:money|dirty|cash) launder\w*",
    ),
    (
        "launderers launders laundering laundered launder",
        r"launder\w* (?:\w+ )?money",
    ),
    (
        "tax taxes",
        r"(?:tax|taxes) (?:evasion|fraud|dodg\w+)",
    ),
    (
        "tax taxes",
        r"(?:evades?|evading|dodg\w+|don't pay|doesn't pay|not paying|avoid\w*) (?:\w+ "
        ")?tax(?:es)?",
    ),
    (
        "mafia",
        "(?:the|real|local|a|whole|this|total) mafia(?! (?:game|film|movie|book|boss))",
    ),
    (
        "front cover",
        "(?:front|cover) for (?:drugs?|the mafia|money|laundering|criminals?|crime|dealers?)",
    ),
    (
        "drugs narcotics weapons",
        r"(?:sells?|selling|deals?|dealing|push\w*) (?:in )?(?:drugs|narcotics|weapons)(?! "
        "?store)",
    ),
    (
        "drug",
        "drug (?:dealers?|dealing|trafficking)",
    ),
    (
        "ponzi",
        "ponzi",
    ),
    (
        "pyramid",
        "pyramid(?= scheme| and| selling)",
    ),
    (
        "embezzled embezzles embezzle",
        "embezzle[sd]?",
    ),
    (
        "bribe bribed bribing bribes",
        "(?:brib(?:e|es|ed|ing))(?! (?:my|the (?:dog|cat|kids))|d)",
    ),
    (
        "extorting "
        "extorts blackmails blackmailed blackmailing blackmailer "
        "blackmail blackmailers extort extorted",
        "(?:extort(?:s|ed|ing)?|blackmail(?:s|ed|ing|ers?)?)(?! (?:book|novel|film|movie))",
    ),
    (
        "smuggle smuggles smuggling smugglers smuggled smuggler",
        "smuggl(?:e|es|ed|ing|ers?)(?= (?:goods|drugs|phones?|cigarettes|it|them|these))",
    ),
    (
        "doctored "
        "forges forged forging faking falsify falsifies falsified falsifying "
        "fake fakes faked forge",
        r"(?:forg(?:e|es|ed|ing)|fak(?:e|es|ed|ing)|falsif(?:y|ies|ied|ying)|doctored) (?:\w+ "
        ")?(?:certificates?|documents?|signatures?|receipts?|invoices?|papers|passports?|"
        "records?|tracking|the delivery|licen[cs]es?|prescriptions?|expiry dates?)(?! "
        "(?:arrived|frame))",
    ),
    (
        "faked falsified forged",
        "(?:certificate|signature|document|receipt|invoice|licen[cs]e)s? (?:is|are|was|were|"
        "has been|have been) (?:forged|faked|falsified)",
    ),
    (
        "counterfeiters",
        "counterfeiters",
    ),
    (
        "tampered rigged",
        r"(?:scales?|meters?|taximeter) (?:\w+ )?(?:is|was|were|are|been) (?:tampered|rigged)",
    ),
    (
        "bars locked arrested handcuffs imprisoned jail jailed prison",
        f"(?:{SELLER}|you|they|he|she|these people|these guys|all of you|such people|"
        rf"owner)(?: \w+){{0,2}} (?:belongs?|should(?: all)?(?: be)?|will|deserves?|ought to "
        "be|must be|needs? to be|has been|have been|was|were|is|are|is going|are going)(?: "
        r"\w+)? (?:to |in |put in |sit in |go to |sent to |behind )*(?:prison|jail|behind "
        "bars|arrested|jailed|imprisoned|locked up|handcuffs)",
    ),
    (
        "police",
        r"police (?:are|is|should) (?:\w+ )?(?:looking|searching|after|watch\w*|look|"
        r"arrest\w*)(?: for)? (?:the |this |that |him|her|them)",
    ),
    (
        "lock arrest imprison jail",
        r"(?:arrest|jail|imprison|lock up) (?:the |this |these |those |him|her|them)(?:\w+)?",
    ),
    (
        "pockets pocket pocketed trousered",
        r"(?:courier|driver|delivery \w+|worker|workers|cashier|manager|employee|employees|"
        r"staff|seller|he|she|they)(?: \w+){0,6} (?:pocket(?:ed|s)?|trousered) (?:my|the|"
        r"our|\d+|all)(?! (?:knife|watch))",
    ),
    (
        "swap swaps swapped swapping swap swapped swapping swaps",
        r"swap(?:s|ped|ping)? (?:\w+ ){0,2}(?:expensive|original|new|real|good|genuine) "
        r"(?:\w+ ){0,2}for (?:cheap|old|fake|used|broken)",
    ),
    (
        "share split splits",
        "(?:split|share|splits?) the (?:profit|loot|money)",
    ),
    (
        "pulled",
        "pulled the original",
    ),
    (
        "reviews & bought paid",
        "(?:all |the )?(?:five(?:-| )star|5(?:-| )star|positive|good)? ?reviews (?:are|were) "
        "(?:all )?(?:bought|paid for|paid)(?= ?(?:,|by|[.!]|$))(?=[^.!?]*(?:seller|shop|"
        r"fraud|they|company|\d))",
    ),
    (
        "purpose knowingly consciously deliberately",
        "(?:deliberately|knowingly|on purpose|consciously) (?:poison|poisons|poisoning|"
        r"poisoned|kill|killing|kills|sell\w* poison|sell\w* (?:fake|counterfeit|dangerous|"
        r"stolen)|cheat\w*|rob\w*|deceiv\w*|short-?chang\w*)",
    ),
    (
        "crime murder",
        "consider it (?:a )?(?:murder|attempted murder|crime)",
    ),
    (
        "murder",
        "attempted murder",
    ),
    (
        "murderers",
        "murderers",
    ),
    (
        "money cash advance deposit deposits pension prepayment prepayments & run runs change "
        "close ran changes disappear disappeared closes disappears vanish disappearing "
        "vanished",
        r"(?:takes?|took|taking|collects?|collected|pocket\w*|grabs?|grabbed) (?:\w+ "
        r"){0,3}(?:money|prepayments?|deposits?|advance|cash|pension)(?: \w+){0,4} (?:and|"
        r"then) (?:vanish\w*|disappear\w*|ran(?: away| off)?|runs?|run away|closes?|changes? "
        "(?:its|the|their|his) name)(?= ?(?:[.!,]|$| with| every| each))",
    ),
    (
        "names",
        r"known under \w+ names",
    ),
)

RULES = Rulebook(rules(Verdict.HOLD, CRIMES))


class EnglishAccusations:
    """Holds what calls the seller or the staff criminals: true or not, a moderator decides."""

    name = "english_accusations"
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
