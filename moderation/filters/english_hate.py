"""English hate: slurs, and what is said of a whole people, religion, sex, age or orientation.

Peoples are neutral words: "Chinese manual", "for my Jewish grandmother". They become hate in the
turns of speech below, which say something of all of them, or of somebody because he is one.
"""

import re
from collections.abc import Iterator

from moderation.english_aim import Rulebook, is_reported, lexicon, places, rules, words_of
from moderation.language import in_words_of
from moderation.text import view
from moderation.types import Draft, Finding, PolicyReason, Verdict

SLURS = lexicon("english_slurs.txt")
PEOPLES = lexicon("english_peoples.txt")
# As one says "a Chinese seller", "an Indian shop".
_FROM = (
    "(?:jewish|muslim|islamic|arab|arabic|indian|pakistani|chinese|japanese|korean|asian|african|nigerian|black|mexican|russian"
    "|ukrainian|polish|romanian|bulgarian|moldovan|moldavian|gypsy|roma|turkish|kurdish|uzbek|tajik|kazakh|caucasian|georgian"
    "|armenian|azeri|chechen|buryat|tatar|albanian|american|german|immigrant|migrant|foreign|female|gay|lesbian|queer|trans"
    "|disabled|autistic|catholic|christian|hindu|vietnamese|syrian|afghan|israeli|somali|oriental|eastern|southern)"
)
_THEM = rf"(?:{'|'.join(sorted(PEOPLES, key=len, reverse=True))})"
_ONE = r"(?:jew|muslim|arab|indian|chinaman|gypsy|gipsy|turk|kurd|mexican|woman|female|girl|blonde|lady|immigrant|migrant|foreigner|refugee|negro|african|homo|homosexual|lesbian|queer|pole|uzbek|tajik|georgian|armenian|chechen|pensioner|pakistani|nigerian|russian|ukrainian)"
_SELLERS = "(?:sellers?|vendors?|merchants?|shops?|stores?|people|traders?|owners?|drivers?|couriers?|men|women|guys?|companies|workers?|staff|scammers?|cheats?|mentality|liars?|thieves|boys?|girls?)"
_BAD = (
    "(?:cheat(?:s|ers?|ing)?|liars?|lie|thie(?:f|ves)|thieving|steal(?:s|ing)?|scam(?:mers?|s|ming)?|crooks?|dirty|filthy|filth|lazy|stupid|dumb|brainless|idiots?"
    "|animals?|pigs?|rats?|dogs?|monkeys?|parasites?|vermin|scum|terrorists?|criminals?|greedy|savages?|subhuman|inferior|disease|plague|cancer|swindlers?|deceivers?"
    "|rapists?|dishonest|trash|garbage|backward|uncivili[sz]ed|barbarians?|perverts?|sick|disgusting|mentally|smelly|stink|ruin(?:ed|s|ing)?|not (?:people|human)|aren't (?:people|human)"
    "|the same|all the same|good for nothing|useless|can't be trusted|cannot be trusted|never be trusted|untrustworthy|born (?:cheats?|liars?|thieves)|swine|cockroaches|too emotional|hysterical)"
)

HATE = (
    ("typical", rf"(?:^|[.!?,:;–—-] ?|just |so |how |as |is |such |ah |yes |again |another )?typical(?:ly)? (?:of )?(?:an? |the |for )?<1>(?:jews?|jewish|gypsy|gypsies|gipsies|women|woman(?: driver)?s?|females?|female logic|blondes?|immigrants?|arabs?|muslims?|blacks|migrants?|{_FROM} (?:{_SELLERS}|behaviou?r|attitude|trick|greed|cunning|scam|lies?|business (?:practice|ethics)|honesty)|(?:{_FROM}|indians?|chinese|russians?|turks?)(?=,| they| always|\W*[.!?]|\W*$))"),
    ("because expect expected", rf"(?:what (?:else )?(?:do|did|can|could|would|should) (?:you|i|we|one|people) (?:even )?expect|i should have expected|expected nothing (?:else|better|more)|what to expect) (?:from|of|when) <2>(?:{_THEM}(?! (?:product|quality|goods|stuff|brand|made|plastic|tea|food|size|phone|knock|toy|car|junk))|(?:an? )?{_ONE}s?(?! (?:product|quality|goods))|(?:an? |the )?{_FROM} {_SELLERS})"),
    (" ".join(sorted({word for people in PEOPLES for word in people.split()} - {"the", "people"})), rf"(?:all |these |those |such |most |the |because )?{_THEM}(?! (?:new year|food|tea|quality|plastic|brand|product|made|phone|manual|goods|market|bags?|shoes|shoe|clothing|version))(?: (?:is|are|were|have|will|just|always|only|simply|can|should|all|only know how to|know how to|people|sellers?|there|who|would|do|everywhere|over \d+|love to|like to|never|and)){{0,4}} (?:only |always |all |just |nothing but |such |so |too |an? |born |a bunch of |a nation of |natural |by nature |full of |to |even |steal and )*{_BAD}(?! (?:size|sizes|brand|as|for|price|prices|fit|design|of women))"),
    (" ".join(sorted({word for people in PEOPLES for word in people.split()} - {"the", "people"})), rf"{_THEM} (?:should|must|ought to|are to|have to|need to|shall)(?:n't| not| never)? (?:be (?:allowed|let|hired|trusted|kept|banned|deported|sent|thrown|locked|shot|gassed|killed|exterminated|castrated|sterili[sz]ed|put down|ashamed to|driving|working|running)|run|drive|trade|vote|hold|manage|own a|work (?:in|at|as|with|here)|do business|sell|sit at home|stay (?:at home|in the kitchen|home|in their)|know their place|go (?:home|back)|be (?:in|at) (?:the kitchen|home)|have rights|breed|exist|die)"),
    (" ".join(sorted({word for people in PEOPLES for word in people.split()} - {"the", "people"})), rf"{_THEM} (?:have|has|got|with) (?:no|zero|half a|little|small|smaller) (?:brains?|honou?r|conscience|place|logic|morals|shame|culture|business|right|idea (?:about|of) (?:tech|cars|hygiene|cleanliness|honesty))|{_THEM} (?:and|belong|can't|cannot|can not|don't know how to|don't understand|never) (?:in (?:the )?kitchen|technology don't|cars don't|drive|park|count|be trusted|work honestly|live hones\w+|trade hones\w+|understand (?:technology|cleanness|cleanliness|hygiene|cars)|read|wash)|(?:belongs?|place is|back|go|stay|sit|be) (?:to |in |at |is )?(?:the )?kitchen(?=[^.!?]{{0,4}}(?:[.!?]|$|, (?:woman|women|not|girl)))"),
    ("never don't avoid trust buy deal stop", rf"(?:never|don't|do not|avoid|stop|not|wouldn't|won't|no one should|nobody should) (?:ever |again )?(?:buy|buying|order|deal|dealing|trade|trust|trusting|hire|hiring|do business|shop|let)? ?(?:anything )?(?:from|with|at|to|by|in)? ?(?:an? |these |those |the |any )?(?:(?:jews|muslims|arabs|gypsies|gipsies|indians|blacks|pakistanis|nigerians|immigrants|migrants|africans|foreigners|women drivers|homosexuals|gays|queers)(?! (?:tea|food|sizes?|clothes))|jewish (?:shops?|sellers?|traders?)|gypsy (?:shops?|sellers?)|arab (?:shops?|sellers?))"),
    ("dirty filthy stinking lying cheating thieving greedy smelly stupid fucking bloody damn cursed sneaky backward illegal uncivilised lazy ugly disgusting", rf"(?:dirty|filthy|stinking|lying|cheating|thieving|greedy|smelly|stupid|dumb|fucking|bloody|damn|damned|cursed|sneaky|backward|uncivili[sz]ed|lazy|disgusting|illegal|tight-fisted) (?:little |old |fat |fucking |damn |bloody |bunch of )?(?:(?:jews?|muslims?|arabs?|indians?|chinks?|chinese|chinam[ae]n|gypsy|gypsies|gipsies|turks?|immigrants?|migrants?|foreigners?|blacks|negro(?:es)?|mexicans?|africans?|poles?|russians?|ukrainians?|asians?|pakistanis?|homos?|gays?|queers?|lesbians?|blondes?|uzbeks?|tajiks?)(?! (?:food|tea|plastic|quality|product|summer|market|bags?|leather|rug))|women(?! 's|'s|’s| size)|{_FROM} (?:{_SELLERS}|nation|race|hands))"),
    ("race nation tribe breed hands blood nature genes dna", rf"(?:inferior|useless|lower|lesser|dirty|master|cursed|filthy|cunning|rotten|thieving|lazy|disgusting|chosen|superior) (?:races?|nations?|tribes?|breeds?|people|folk|ethnicity|blood)(?! (?:of (?:dog|cat)|pressure|line))|this (?:tribe|race|nation|breed) (?:can|is|of|has|never|will|lives|only)|(?:it's|is|cheat\w*|steal\w*|lying|lies|greed|trick\w*|scam\w*|dishonest\w*|lazy|laziness|thie\w+|cunning)(?: \w+){{0,3}} (?:in|by|from) (?:their|his|her|your|the)? ?(?:blood|genes|dna|nature|birth)(?! (?:pressure|sugar|test))|(?:can't|cannot|can not|never|not) (?:be )?(?:trusted?|honest|change|do otherwise|help it)(?: \w+)? (?:by|in) (?:nature|their nature|their blood|blood|birth|origin)|(?:lazy|black|dirty|brown|yellow) black hands|(?:filthy|dirty|lazy) (?:black|brown|yellow) (?:hands|paws|faces?|fingers)|isn't in their nature|(?:one|a) steps? from animals"),
    ("country countries home homeland africa china india pakistan mexico asia europe mountains deport deported deportation immigrants migrants foreigners", rf"(?:go|get|fuck off|piss off|crawl|clear off|run|send|sent|ship|shipped|throw|thrown|drive|driven|kick|kicked|deport|deported|put|chase)(?: (?:them|him|her|you|all of them|the lot|these \w+|those \w+|all \w+|all|everyone|the lot of (?:them|you)|such people|yourself))? ?(?:all )?(?:back|home|straight back)? ?(?:to|into|from|out of) (?:your|their|his|her) <1>(?:countr(?:y|ies)|homelands?|mountains|africa|china|india|deserts?|steppe|aul|kishlak|village in \w+)(?! (?:of origin|house))|(?:go|get|fuck off) (?:the (?:hell|fuck) )?back to (?:africa|china|india|pakistan|mexico|asia|russia|poland|romania|turkey|israel|nigeria|tajikistan|uzbekistan|wherever you (?:came|crawled)|where you (?:came|come|crawled|belong))(?! (?:for|with|on|next|this|in|again|soon))|(?:go|went) back (?:to )?where (?:you|they|he|she) came from|(?:they|you|these people|immigrants|migrants|foreigners)(?: \w+){{0,3}} (?:go|sent|send) (?:back )?(?:home|to africa|to china|to india)(?=\W*(?:$|[.,!]| where| and| with))|(?:send|throw|kick|ship|drive|deport|get)(?: \w+){{0,3}} (?:immigrants|migrants|foreigners|refugees|muslims|arabs|gypsies|jews|blacks|them all|these people)(?: \w+)? ?(?:home|back|out|away)|deport (?:them|him|her|you|all|these|those|the lot|every)|(?:kept|keep|throw|thrown|kick|kicked|driven|drive)(?: \w+){{0,4}} out of (?:the|our|this) (?:country|city|trade|town|europe|land)|(?:taking|take|took|taken|invading|invaded|flooding|ruining|ruined) (?:over )?(?:our|my|this) (?:country|jobs|city|europe|town)"),
    ("run owned bunch couple pack gang full family department tribe charge by", rf"(?:run|owned|managed|made|designed|packed|delivered|driven|staffed|full|founded|operated) (?:by|of) (?:an? |some |the |these |those |only |all )*(?:bunch of |couple of |pack of |gang of |family of |lot of |few )?(?:dirty |filthy |greedy |fat |old |stupid )*(?:queers|homos?|gays|jews|arabs|gypsies|gipsies|blacks|cripples|lesbians|muslims|immigrants|migrants|foreigners|indians|pakistanis|homosexuals|trans\w+|perverts|retards)(?! (?:and (?:christians|straights|allies)|in need|with love))|(?:bunch|pack|gang|couple|horde|swarm|tribe|load|herd) of (?:\w+ )?(?:queers|homos|gays|jews|arabs|gypsies|gipsies|blacks|cripples|lesbians|immigrants|migrants|foreigners|turks|pakistanis|indians|homosexuals|blondes|hysterical women|stupid women|menopausal|pensioners)"),
    ("hitler heil gas gassed auschwitz ovens holocaust camp camps exterminate exterminated nazi wagons", r"heil hitler|sieg heil|white power|hitler (?:was right|did nothing|should have|didn't|would know|knew|missed|forgot)|(?:to|in|into|back to) the (?:gas|ovens?|gas chambers?)(?= (?:with|chamber|all|for)|\W*$|[.,!])(?! (?:bottle|stove|tank|oven for))|gas (?:them|the|all) (?:all|jews|\w+s)|(?:camps?|ovens|auschwitz) (?:is|are) (?:crying|waiting|calling|too good)|(?:exterminate|extermination of|cleanse|wipe out) (?:them all|all of them|the (?:jews|gypsies|blacks)|such people|this race|the lot)|loaded in wagons"),
    ("gay gays homo homos lesbian lesbians queer queers trans transgender homosexual homosexuals pervert perverts", rf"(?:gays?|homos?|lesbians?|queers?|trans|transgenders?|homosexuals?)(?: \w+){{0,9}} (?:perverts?|perversion|disgusting|locked up|be locked|be cured|get cured|cure|disease|not normal|abnormal|unnatural|sick|sickness|sinners?|sin|burn|hell|freaks?|filth|beaten|should be illegal|keep (?:away|your hands off)|infected|aids)(?! (?:rights|awareness))|(?:perverts?|sodomites?|degenerates?) (?:like (?:them|him|you|that)|touch\w*|touching|working|in charge|everywhere|shouldn't|should)|normal people (?:don't|do not|wouldn't|won't) (?:wear|buy|touch|live|do) (?:it|this|that|there)"),
    ("woman women driver drivers girl girls blonde blondes female kitchen lady ladies", rf"(?:woman|women|female|lady|girl|blonde)(?:'s)? (?:at|behind) the wheel(?=[^.!?]{{0,40}}(?:what|of course|no wonder|obviously|explains|says it all|naturally|disaster))|(?:woman|women|female) drivers?(?=[^.!?]{{0,40}}(?:what (?:else|do|did)|of course|no wonder|obviously|explains|naturally|never|shouldn't|can't))|(?:that's|this is) what (?:you get|happens) (?:when|if|for|with) (?:you |they |we )?(?:let|hire|hiring|letting|buying from|trust|put|give|women|allow) <3>{_THEM}|(?:hired?|put|let|gave|leave|left|letting|allow) an? (?:woman|girl|blonde|female)(?: \w+){{0,6}} (?:what (?:do|did|else)|of course|no wonder|a man's job)|man's (?:job|work|business|world)(?=[^.!?]{{0,4}}(?:[.!?]|$|, (?:woman|women|not|girl)))|(?:women|woman|girls|blondes|female)(?: \w+){{0,2}} (?:brains?|logic)(?= (?:can't|is|are|never|again|strikes)|\W*$|[.,!])(?! (?:teaser|food))|(?:on (?:her|your) period|pms|menopausal|menopause|time of the month|needs? a (?:good )?man|needs? to get laid|hysterical (?:woman|women|female|bitch))(?= |[.!,]|\W*$)(?! (?:pants|underwear|relief|tablets|supplement|support))"),
    ("old age pensioner pensioners elderly boomers boomer senile grave cemetery", r"(?:old (?:people|hags?|farts|fools|women|men|bags?)|pensioners|the elderly|boomers|grannies|grandpas)(?: \w+){0,2} (?:should|must|ought to|need to|have to|can|belong|shouldn't|deserve|had better)(?:n't| not)? (?:\w+ )?(?:die|be dead|stay home|sit at home|sit in|be put|not be|be allowed|in the (?:grave|cemetery|ground|morgue)|work(?:ing)?|on the internet|use (?:the )?internet|be (?:banned|locked))|(?:time|ready|off|go|belongs?|place is) (?:to|for|in) (?:the|your|her|his) (?:grave|cemetery|crematorium|morgue)|one foot in the grave|(?:expired goods|past (?:her|his|their) (?:sell-by|use-by|expiry) date)"),
    ("autistic autist autists down downs retarded disabled handicapped cripple cripples invalids invalid special defective schizophrenic schizo", rf"(?:autistic|autists?|retarded|disabled|handicapped|mentally (?:ill|disabled|retarded|handicapped)|down'?s?(?: syndrome)?|schizo\w*|defective|crippled?|invalids?)(?: \w+){{0,3}} (?:people |persons? |kids? |children )?(?:shouldn't|should not|must not|mustn't|should never|ought not) (?:be |\w+ )?(?:breed|born|allowed|hired|work|working|live|let out|reproduce|answering|trusted)|(?:like|as) (?:an? )?(?:autists?|down|downs|downie|retarded|mentally (?:ill|disabled|retarded)|spastic|invalids?)(?! (?:syndrome|jacket|child i))|(?:only|are|these|hire|hired|hiring|employ|employing|by|from) (?:\w+ )?(?:cripples|invalids|autists|downs|downies|retards|schizos|schizophrenics|defective people)(?! (?:and|with|who need))|out of asylums|special needs (?:seller|shop|staff|manager|courier|people run)"),
    ("terrorist terrorists bomb bombs", rf"(?:{_THEM}|{_ONE}s?|{_FROM} {_SELLERS})(?: \w+){{0,14}} (?:terrorists?|bombs? (?:in|on|under)|jihad|isis|sharia)|(?:money|profit)(?: \w+){{0,3}} (?:to|for) terrorists"),
    (" ".join(sorted({word for people in PEOPLES for word in people.split()} - {"the", "people"})), rf"{_THEM}(?:[^\w.!?\n]{{1,4}}\w+){{0,9}} (?:so of course|of course they|no wonder|what (?:do|did|else do) you (?:want|expect)|explains (?:it|everything|a lot|why)|naturally|(?:is|are) their (?:religion|nature|culture|tradition|national \w+)|none of them|each of them|every one of them|all of them (?:are|cheat|lie|steal))|(?:no wonder|of course|that explains|that's why|obviously)(?: \w+){{0,5}} (?:jews|muslims|arabs|gypsies|gipsies|indians|blacks|africans|immigrants|migrants|foreigners|pakistanis|homosexuals|queers|gays|nigerians)(?! (?:food|tea))|too many (?:foreigners|immigrants|migrants|women|jews|muslims|arabs|blacks|gypsies|gays|old people|indians|pakistanis)(?! (?:in the picture|on the poster))"),
    ("woman women female blonde girl", r"an? (?:woman|female|blonde|girl) (?:in charge|running|in the warehouse|as (?:an? )?(?:manager|boss|engineer|driver|mechanic)|selling (?:cars?|tools?|electronics)|behind the wheel|who runs)(?: \w+){0,5} ?(?:no wonder|of course|what (?:do|did|else)|explains|obviously|naturally|says it all|that's why)"),
    ("kept keep ban banned out trade proof another", rf"{_THEM} (?:should|must|ought to|need to) be (?:kept|banned|thrown|driven|removed|excluded|chased|wiped|cleared)|(?:ban|remove|deport|expel|block|cancel|hate|can't stand|despise|detest|loathe|fed up with|sick of|enough of) (?:all |these |those |the |of )*(?:jews|muslims|arabs|gypsies|gipsies|indians|blacks|pakistanis|immigrants|migrants|foreigners|africans|chinese people|chinese sellers|indian sellers|gays|homosexuals|lesbians|queers|women(?! 's|'s|’s)|turks|mexicans|russians|ukrainians|poles)(?! (?:tea|food))"),
    ("accent english language speak", r"(?:learn|speak) (?:proper |some |our |the )?(?:english|language|russian)(?: \w+)? or (?:go|get|leave|stay|fuck off)(?: \w+){0,2} ?(?:home|out|back|country)?|(?:can't|cannot|doesn't|don't) (?:even )?speak(?: a word| english| the language| our language| russian)+(?=[^.!?]{0,12}(?:throw|send|deport|kick|go home|go back|out of))"),
)

RULES = Rulebook(rules(Verdict.REJECT, HATE))
_ANY_SLUR = re.compile(
    rf"(?<![\w'’])(?:{'|'.join(sorted(SLURS, key=len, reverse=True))})(?![\w])".replace(" ", r"\s")
)
_SLUR_WORDS = frozenset(re.findall("[a-z]+", " ".join(SLURS))) - {"face", "bitch", "eyed"}


# Some of them are other words where such things are spoken of.
_THINGS = {
    "faggot": "birch|twigs?|sticks?|firewood|oven|gravy|frozen|butcher|meat|sauna",
    "fag": "packet|ash|smoke|butts?",
    "spic": "span",
    "tranny": "fluid|atf|gear|gearbox|transmission|van|clutch|radio",
    "chink": "blinds?|curtains?|light|armou?r|clinks?",
    "spastic": "colon|cerebral|paresis|medical",
    "khach": "cross|khachapuri",
}


def _is_a_thing(word: str, text: str) -> bool:
    things = _THINGS.get(word.removesuffix("s")) or _THINGS.get(word)
    return things is not None and re.search(rf"\b(?:{things})\b", text) is not None


class EnglishHate:
    """Rejects slurs and contempt for people because of what they were born or believe."""

    name = "english-hate"
    version = "1"
    description = "English slurs and hate of a people, religion, sex, age, orientation or disability."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each slur and each such turn of speech."""
        text = view(draft.comment)
        return [_finding(draft, *text.place(*span)) for span in _spans(text.text)]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    if not _SLUR_WORDS.isdisjoint(words_of(text)):
        for place in places(_ANY_SLUR, text):
            if not is_reported(text, place.start) and not _is_a_thing(place.word, text):
                yield place.start, place.end
    for _, match in RULES.matches(text):
        yield match.span()


def _finding(draft: Draft, start: int, end: int) -> Finding:
    message = in_words_of(
        draft.language,
        "Слова ненависти к людям другого происхождения, веры, пола или возраста не публикуются.",
        "Hateful words about people's origin, faith, sex, age or health are not published.",
    )
    return Finding(
        reason=PolicyReason.HATE, verdict=Verdict.REJECT, message=message, start=start, end=end
    )
