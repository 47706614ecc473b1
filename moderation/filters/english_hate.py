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
_PEOPLE_WORDS = " ".join({word for names in PEOPLES for word in names.split()} - {"the", "people"})
# As one says "a Chinese seller", "an Indian shop".
_FROM = (
    "(?:jewish|muslim|islamic|arab|arabic|indian|pakistani|chinese|japanese|korean|asian|"
    "african|nigerian|black|mexican|russian"
    "|ukrainian|polish|romanian|bulgarian|moldovan|moldavian|gypsy|roma|turkish|kurdish|"
    "uzbek|tajik|kazakh|caucasian|georgian"
    "|armenian|azeri|chechen|buryat|tatar|albanian|american|german|immigrant|migrant|"
    "foreign|female|gay|lesbian|queer|trans"
    "|disabled|autistic|catholic|christian|hindu|vietnamese|syrian|afghan|israeli|somali|"
    "oriental|eastern|southern)"
)
_THEM = rf"(?:{'|'.join(sorted(PEOPLES, key=len, reverse=True))})"
_ONE = (
    r"(?:jew|muslim|arab|indian|chinaman|gypsy|gipsy|turk|kurd|mexican|woman|female|"
    r"girl|blonde|lady|immigrant|migrant|foreigner|refugee|negro|african|homo|"
    r"homosexual|lesbian|queer|pole|uzbek|tajik|georgian|armenian|chechen|pensioner|"
    r"pakistani|nigerian|russian|ukrainian)"
)
_SELLERS = (
    "(?:sellers?|vendors?|merchants?|shops?|stores?|people|traders?|owners?|drivers?|"
    "couriers?|men|women|guys?|companies|workers?|staff|scammers?|cheats?|mentality|"
    "liars?|thieves|boys?|girls?)"
)
_BAD = (
    "(?:cheat(?:s|ers?|ing)?|liars?|lie|thie(?:f|ves)|thieving|steal(?:s|ing)?|"
    "scam(?:mers?|s|ming)?|crooks?|dirty|filthy|filth|lazy|stupid|dumb|brainless|idiots?"
    "|animals?|pigs?|rats?|dogs?|monkeys?|parasites?|vermin|scum|terrorists?|criminals?|"
    "greedy|savages?|subhuman|inferior|disease|plague|cancer|swindlers?|deceivers?"
    "|rapists?|dishonest|trash|garbage|backward|uncivili[sz]ed|barbarians?|perverts?|"
    "sick|disgusting|mentally|smelly|stink|ruin(?:ed|s|ing)?|not (?:people|human)|aren't "
    "(?:people|human)"
    "|the same|all the same|good for nothing|useless|can't be trusted|cannot be trusted|"
    "never be trusted|untrustworthy|born (?:cheats?|liars?|thieves)|swine|cockroaches|"
    "too emotional|hysterical)"
)

HATE = (
    (
        "typical typically",
        "(?:^|[.!?,:;–—-] ?|just |so |how |as |is |such |ah |yes |again |another "
        ")?typical(?:ly)? (?:of )?(?:an? |the |for )?<1>(?:jews?|jewish|gypsy|gypsies|"
        "gipsies|women|woman(?: driver)?s?|females?|female logic|blondes?|immigrants?|arabs?|"
        f"muslims?|blacks|migrants?|{_FROM} (?:{_SELLERS}|behaviou?r|attitude|trick|greed|"
        f"cunning|scam|lies?|business (?:practice|ethics)|honesty)|(?:{_FROM}|indians?|"
        r"chinese|russians?|turks?)(?=,| they| always|\W*[.!?]|\W*$))",
    ),
    (
        "expected expect",
        "(?:what (?:else )?(?:do|did|can|could|would|should) (?:you|i|we|one|people) (?:even "
        ")?expect|i should have expected|expected nothing (?:else|better|more)|what to "
        f"expect) (?:from|of|when) <2>(?:{_THEM}(?! (?:product|quality|goods|stuff|brand|made|"
        f"plastic|tea|food|size|phone|knock|toy|car|junk))|(?:an? )?{_ONE}s?(?! (?:product|"
        f"quality|goods))|(?:an? |the )?{_FROM} {_SELLERS})",
    ),
    (
        _PEOPLE_WORDS
        + (
            "  & same nothing people useless trusted stupid steal dog garbage dumb sellers dirty "
            "scam trash animal disease human idiot ruined animals cancer crooks dogs greedy "
            "inferior lazy monkeys stealing stink backward barbarians brainless cheat cheater "
            "cheating cheats cockroaches criminal criminals crook deceivers disgusting dishonest "
            "emotional filth filthy hysterical idiots liar liars lie mentally monkey parasites "
            "pervert perverts pig pigs plague rapist rapists rat rats ruin ruining savage savages "
            "scammer scammers scams scum sick smelly subhuman swindler swindlers swine terrorist "
            "terrorists thief thieves thieving untrustworthy vermin"
        ),
        f"(?:all |these |those |such |most |the |because )?{_THEM}(?! (?:new year|food|tea|"
        "quality|plastic|brand|product|made|phone|manual|goods|market|bags?|shoes|shoe|"
        "clothing|version))(?: (?:is|are|were|have|will|just|always|only|simply|can|should|"
        "all|only know how to|know how to|people|sellers?|there|who|would|do|everywhere|over "
        rf"\d+|love to|like to|never|and)){{0,4}} (?:only |always |all |just |nothing but |"
        "such |so |too |an? |born |a bunch of |a nation of |natural |by nature |full of |to |"
        f"even |steal and )*{_BAD}(?! (?:size|sizes|brand|as|for|price|prices|fit|design|of "
        "women))",
    ),
    (
        _PEOPLE_WORDS
        + (
            "  & work working back home down run hold running own drive let kitchen sent place "
            "stay kept ton sell trusted shot allowed business manage die exist trade locked "
            "thrown ashamed breed driving hired killed banned castrated deported exterminated "
            "gassed rights vote"
        ),
        f"{_THEM} (?:should|must|ought to|are to|have to|need to|shall)(?:n't| not| never)? "
        "(?:be (?:allowed|let|hired|trusted|kept|banned|deported|sent|thrown|locked|shot|"
        "gassed|killed|exterminated|castrated|sterili[sz]ed|put down|ashamed to|driving|"
        "working|running)|run|drive|trade|vote|hold|manage|own a|work (?:in|at|as|with|here)|"
        "do business|sell|sit at home|stay (?:at home|in the kitchen|home|in their)|know "
        "their place|go (?:home|back)|be (?:in|at) (?:the kitchen|home)|have rights|breed|"
        "exist|die)",
    ),
    (
        _PEOPLE_WORDS
        + (
            "  & right place idea business shame brain brains conscience culture honor logic morals"
        ),
        f"{_THEM} (?:have|has|got|with) (?:no|zero|half a|little|small|smaller) (?:brains?|"
        "honou?r|conscience|place|logic|morals|shame|culture|business|right|idea (?:about|"
        "of) (?:tech|cars|hygiene|cleanliness|honesty))",
    ),
    (
        _PEOPLE_WORDS
        + ("  & read drive wash kitchen technology understand trusted honestly count park cars"),
        f"{_THEM} (?:and|belong|can't|cannot|can not|don't know how to|don't understand|"
        "never) (?:in (?:the )?kitchen|technology don't|cars don't|drive|park|count|be "
        r"trusted|work honestly|live hones\w+|trade hones\w+|understand (?:technology|"
        "cleanness|cleanliness|hygiene|cars)|read|wash)",
    ),
    (
        "kitchen",
        "(?:belongs?|place is|back|go|stay|sit|be) (?:to |in |at |is )?(?:the "
        ")?kitchen(?=[^.!?]{0,4}(?:[.!?]|$|, (?:woman|women|not|girl)))",
    ),
    (
        "immigrant arab trader gypsy african wouldn nigerian "
        "pakistani muslim tradegypsy deal trade shopto tradepakistanis dealarabs "
        "seller avoid shop sellers drivers nobody shops wouldnt africans arabs blacks dealing "
        "foreigners gays gipsies gypsies homosexuals immigrants indians jews migrants muslims "
        "nigerians pakistanis queers traders",
        "(?:never|don't|do not|avoid|stop|not|wouldn't|won't|no one should|nobody should) "
        "(?:ever |again )?(?:buy|buying|order|deal|dealing|trade|trust|trusting|hire|hiring|"
        "do business|shop|let)? ?(?:anything )?(?:from|with|at|to|by|in)? ?(?:an? |these |"
        "those |the |any )?(?:(?:jews|muslims|arabs|gypsies|gipsies|indians|blacks|"
        "pakistanis|nigerians|immigrants|migrants|africans|foreigners|women drivers|"
        "homosexuals|gays|queers)(?! (?:tea|food|sizes?|clothes))|"
        "(?:jewish|gypsy|arab|muslim|immigrant|african|pakistani|turkish|nigerian|islamic) "
        "(?:shops?|sellers?|traders?|owners?))",
    ),
    (
        "stupid dumb dirty lying greedy lazy sneaky backward bloody cheating cursed damn "
        "damned disgusting filthy fisted fucking illegal smelly stinking thieving",
        "(?:dirty|filthy|stinking|lying|cheating|thieving|greedy|smelly|stupid|dumb|fucking|"
        "bloody|damn|damned|cursed|sneaky|backward|uncivili[sz]ed|lazy|disgusting|illegal|"
        "tight-fisted) (?:little |old |fat |fucking |damn |bloody |bunch of )?(?:(?:jews?|"
        "muslims?|arabs?|indians?|chinks?|chinese|chinam[ae]n|gypsy|gypsies|gipsies|turks?|"
        "immigrants?|migrants?|foreigners?|blacks|negro(?:es)?|mexicans?|africans?|poles?|"
        "russians?|ukrainians?|asians?|pakistanis?|homos?|gays?|queers?|lesbians?|blondes?|"
        "uzbeks?|tajiks?)(?! (?:food|tea|plastic|quality|product|summer|market|bags?|leather|"
        f"rug))|women(?! 's|'s|’s| size)|{_FROM} (?:{_SELLERS}|nation|race|hands))",
    ),
    (
        "lower useless lesser master dirty chosen inferior lazy superior cunning cursed "
        "disgusting filthy rotten thieving & people blood breed race races breeds ethnicity "
        "folk nation nations tribe tribes",
        "(?:inferior|useless|lower|lesser|dirty|master|cursed|filthy|cunning|rotten|thieving|"
        "lazy|disgusting|chosen|superior) (?:races?|nations?|tribes?|breeds?|people|folk|"
        "ethnicity|blood)(?! (?:of (?:dog|cat)|pressure|line))",
    ),
    (
        "breed race nation tribe",
        "this (?:tribe|race|nation|breed) (?:can|is|of|has|never|will|lives|only)",
    ),
    (
        "blood dna nature birth genes",
        r"(?:it's|is|cheat\w*|steal\w*|lying|lies|greed|trick\w*|scam\w*|dishonest\w*|lazy|"
        r"laziness|thie\w+|cunning)(?: \w+){0,3} (?:in|by|from) (?:their|his|her|your|the)? "
        "?(?:blood|genes|dna|nature|birth)(?! (?:pressure|sugar|test))",
    ),
    (
        "blood nature origin birth",
        "(?:can't|cannot|can not|never|not) (?:be )?(?:trusted?|honest|change|do otherwise|"
        r"help it)(?: \w+)? (?:by|in) (?:nature|their nature|their blood|blood|birth|origin)",
    ),
    (
        "hands",
        "(?:lazy|black|dirty|brown|yellow) black hands",
    ),
    (
        "dirty lazy filthy",
        "(?:filthy|dirty|lazy) (?:black|brown|yellow) (?:hands|paws|faces?|fingers)",
    ),
    (
        "nature",
        "isn't in their nature",
    ),
    (
        "animals",
        "(?:one|a) steps? from animals",
    ),
    (
        "homeland "
        "home "
        "china country india africa aul countries desert deserts homelands kishlak mountains "
        "steppe village",
        "(?:go|get|fuck off|piss off|crawl|clear off|run|send|sent|ship|shipped|throw|thrown|"
        "drive|driven|kick|kicked|deport|deported|put|chase)(?: (?:them|him|her|you|all of "
        r"them|the lot|these \w+|those \w+|all \w+|all|everyone|the lot of (?:them|you)|such "
        "people|yourself))? ?(?:all )?(?:back|home|straight back)? ?(?:to|into|from|out of) "
        "(?:your|their|his|her) <1>(?:countr(?:y|ies)|homelands?|mountains|africa|china|"
        r"india|deserts?|steppe|aul|kishlak|village in \w+)(?! (?:of origin|house))",
    ),
    (
        "where china mexico wherever india africa asia israel nigeria pakistan poland romania "
        "russia tajikistan turkey uzbekistan & back",
        "(?:go|get|fuck off) (?:the (?:hell|fuck) )?back to (?:africa|china|india|pakistan|"
        "mexico|asia|russia|poland|romania|turkey|israel|nigeria|tajikistan|uzbekistan|"
        "wherever you (?:came|crawled)|where you (?:came|come|crawled|belong))(?! (?:for|"
        "with|on|next|this|in|again|soon))",
    ),
    (
        "where & came",
        "(?:go|went) back (?:to )?where (?:you|they|he|she) came from",
    ),
    (
        "home china india africa & go sent send",
        r"(?:they|you|these people|immigrants|migrants|foreigners)(?: \w+){0,3} (?:go|sent|"
        r"send) (?:back )?(?:home|to africa|to china|to india)(?=\W*(?:$|[.,!]| where| and| "
        "with))",
    ),
    (
        "them people drive send throw ship kick arabs blacks deport foreigners gypsies "
        "immigrants jews migrants muslims refugees & out back home away",
        r"(?:send|throw|kick|ship|drive|deport|get)(?: \w+){0,3} (?:immigrants|migrants|"
        "foreigners|refugees|muslims|arabs|gypsies|jews|blacks|them all|these people)(?: "
        r"\w+)? ?(?:home|back|out|away)",
    ),
    (
        "deport",
        "deport (?:them|him|her|you|all|these|those|the lot|every)",
    ),
    (
        "europe trade city town country land",
        r"(?:kept|keep|throw|thrown|kick|kicked|driven|drive)(?: \w+){0,4} out of (?:the|"
        "our|this) (?:country|city|trade|town|europe|land)",
    ),
    (
        "europe city town country jobs",
        "(?:taking|take|took|taken|invading|invaded|flooding|ruining|ruined) (?:over "
        ")?(?:our|my|this) (?:country|jobs|city|europe|town)",
    ),
    (
        "arabs blacks cripples foreigners gays gipsies gypsies homo homos homosexuals "
        "immigrants indians jews lesbians migrants muslims pakistanis perverts queers retards",
        "(?:run|owned|managed|made|designed|packed|delivered|driven|staffed|full|founded|"
        "operated) (?:by|of) (?:an? |some |the |these |those |only |all )*(?:bunch of |"
        "couple of |pack of |gang of |family of |lot of |few )?(?:dirty |filthy |greedy |fat "
        "|old |stupid )*(?:queers|homos?|gays|jews|arabs|gypsies|gipsies|blacks|cripples|"
        "lesbians|muslims|immigrants|migrants|foreigners|indians|pakistanis|homosexuals|"
        r"trans\w+|perverts|retards)(?! (?:and (?:christians|straights|allies)|in need|with "
        "love))",
    ),
    (
        "women arabs blacks blondes cripples foreigners gays gipsies gypsies homos "
        "homosexuals immigrants indians jews lesbians menopausal migrants pakistanis "
        "pensioners queers turks",
        r"(?:bunch|pack|gang|couple|horde|swarm|tribe|load|herd) of (?:\w+ )?(?:queers|homos|"
        "gays|jews|arabs|gypsies|gipsies|blacks|cripples|lesbians|immigrants|migrants|"
        "foreigners|turks|pakistanis|indians|homosexuals|blondes|hysterical women|stupid "
        "women|menopausal|pensioners)",
    ),
    (
        "hitler",
        "heil hitler",
    ),
    (
        "heil",
        "sieg heil",
    ),
    (
        "power",
        "white power",
    ),
    (
        "hitler",
        "hitler (?:was right|did nothing|should have|didn't|would know|knew|missed|forgot)",
    ),
    (
        "gas oven ovens",
        "(?:to|in|into|back to) the (?:gas|ovens?|gas chambers?)(?= (?:with|chamber|all|for)|"
        r"\W*$|[.,!])(?! (?:bottle|stove|tank|oven for))",
    ),
    (
        "gas",
        r"gas (?:them|the|all) (?:all|jews|\w+s)",
    ),
    (
        "auschwitz camp camps ovens",
        "(?:camps?|ovens|auschwitz) (?:is|are) (?:crying|waiting|calling|too good)",
    ),
    (
        "wipe cleanse exterminate extermination",
        "(?:exterminate|extermination of|cleanse|wipe out) (?:them all|all of them|the "
        "(?:jews|gypsies|blacks)|such people|this race|the lot)",
    ),
    (
        "wagons",
        "loaded in wagons",
    ),
    (
        "gay gays homo homos homosexual homosexuals lesbian lesbians queer queers trans "
        "transgender transgenders",
        r"(?:gays?|homos?|lesbians?|queers?|trans|transgenders?|homosexuals?)(?: \w+){0,9} "
        "(?:perverts?|perversion|disgusting|locked up|be locked|be cured|get cured|cure|"
        "disease|not normal|abnormal|unnatural|sick|sickness|sinners?|sin|burn|hell|freaks?|"
        "filth|beaten|should be illegal|keep (?:away|your hands off)|infected|aids)(?! "
        "(?:rights|awareness))",
    ),
    (
        "sodomite degenerate degenerates pervert perverts sodomites",
        r"(?:perverts?|sodomites?|degenerates?) (?:like (?:them|him|you|that)|touch\w*|"
        "touching|working|in charge|everywhere|shouldn't|should)",
    ),
    (
        "normal",
        "normal people (?:don't|do not|wouldn't|won't) (?:wear|buy|touch|live|do) (?:it|this|"
        "that|there)",
    ),
    (
        "wheel",
        "(?:woman|women|female|lady|girl|blonde)(?:'s)? (?:at|behind) the "
        "wheel(?=[^.!?]{0,40}(?:what|of course|no wonder|obviously|explains|says it all|"
        "naturally|disaster))",
    ),
    (
        "driver drivers",
        "(?:woman|women|female) drivers?(?=[^.!?]{0,40}(?:what (?:else|do|did)|of course|"
        "no wonder|obviously|explains|naturally|never|shouldn't|can't))",
    ),
    (
        _PEOPLE_WORDS + ("  & what"),
        "(?:that's|this is) what (?:you get|happens) (?:when|if|for|with) (?:you |they |we "
        f")?(?:let|hire|hiring|letting|buying from|trust|put|give|women|allow) <3>{_THEM}",
    ),
    (
        "girl female woman blonde",
        "(?:hired?|put|let|gave|leave|left|letting|allow) an? (?:woman|girl|blonde|"
        r"female)(?: \w+){0,6} (?:what (?:do|did|else)|of course|no wonder|a man's job)",
    ),
    (
        "man mans",
        "man's (?:job|work|business|world)(?=[^.!?]{0,4}(?:[.!?]|$|, (?:woman|women|not|girl)))",
    ),
    (
        "brain brains logic",
        r"(?:women|woman|girls|blondes|female)(?: \w+){0,2} (?:brains?|logic)(?= (?:can't|"
        r"is|are|never|again|strikes)|\W*$|[.,!])(?! (?:teaser|food))",
    ),
    (
        "hysterical laid",
        r"needs? to get laid|hysterical (?:woman|women|female|bitch)",
    ),
    (
        "people bag men women elderly bags boomers farts fools grandpas grannies hag hags "
        "pensioners & be work working internet stay sit ground die cemetery grave morgue",
        "(?:old (?:people|hags?|farts|fools|women|men|bags?)|pensioners|the elderly|boomers|"
        r"grannies|grandpas)(?: \w+){0,2} (?:should|must|ought to|need to|have to|can|belong|"
        r"shouldn't|deserve|had better)(?:n't| not)? (?:\w+ )?(?:die|be dead|stay home|sit at "
        "home|sit in|be put|not be|be allowed|in the (?:grave|cemetery|ground|morgue)|"
        "work(?:ing)?|on the internet|use (?:the )?internet|be (?:banned|locked))",
    ),
    (
        "crematorium cemetery grave morgue",
        "(?:time|ready|off|go|belongs?|place is) (?:to|for|in) (?:the|your|her|his) (?:grave|"
        "cemetery|crematorium|morgue)",
    ),
    (
        "grave",
        "one foot in the grave",
    ),
    (
        "date goods",
        "(?:expired goods|past (?:her|his|their) (?:sell-by|use-by|expiry) date)",
    ),
    (
        "schizoer schizoers schizoed schizoing schizoly downs schizos autist "
        "down defective retarded autistic autists cripple crippled disabled handicapped "
        "invalid invalids mentally schizo & should must shouldn shouldnt mustn ought",
        "(?:autistic|autists?|retarded|disabled|handicapped|mentally (?:ill|disabled|"
        r"retarded|handicapped)|down'?s?(?: syndrome)?|schizo\w*|defective|crippled?|"
        r"invalids?)(?: \w+){0,3} (?:people |persons? |kids? |children )?(?:shouldn't|"
        r"should not|must not|mustn't|should never|ought not) (?:be |\w+ )?(?:breed|born|"
        "allowed|hired|work|working|live|let out|reproduce|answering|trusted)",
    ),
    (
        "autist down retarded autists downie downs invalid invalids mentally spastic & as like",
        "(?:like|as) (?:an? )?(?:autists?|down|downs|downie|retarded|mentally (?:ill|"
        "disabled|retarded)|spastic|invalids?)(?! (?:syndrome|jacket|child i))",
    ),
    (
        "defective autists cripples downies downs invalids retards schizophrenics schizos",
        r"(?:only|are|these|hire|hired|hiring|employ|employing|by|from) (?:\w+ )?(?:cripples|"
        "invalids|autists|downs|downies|retards|schizos|schizophrenics|defective people)(?! "
        "(?:and|with|who need))",
    ),
    (
        "asylums",
        "out of asylums",
    ),
    (
        "special",
        "special needs (?:seller|shop|staff|manager|courier|people run)",
    ),
    (
        "bomb bombs isis jihad sharia terrorist terrorists",
        rf"(?:{_THEM}|{_ONE}s?|{_FROM} {_SELLERS})(?: \w+){{0,14}} (?:terrorists?|bombs? (?:in|"
        "on|under)|jihad|isis|sharia)",
    ),
    (
        "terrorists",
        r"(?:money|profit)(?: \w+){0,3} (?:to|for) terrorists",
    ),
    (
        _PEOPLE_WORDS
        + (
            "  & them want expect course naturally wonder national nature culture explains "
            "religion tradition"
        ),
        rf"{_THEM}(?:[^\w.!?\n]{{1,4}}\w+){{0,9}} (?:so of course|of course they|no wonder|"
        "what (?:do|did|else do) you (?:want|expect)|explains (?:it|everything|a lot|why)|"
        r"naturally|(?:is|are) their (?:religion|nature|culture|tradition|national \w+)|none "
        "of them|each of them|every one of them|all of them (?:are|cheat|lie|steal))",
    ),
    (
        "africans arabs blacks foreigners gays gipsies gypsies homosexuals immigrants indians "
        "jews migrants muslims nigerians pakistanis queers",
        r"(?:no wonder|of course|that explains|that's why|obviously)(?: \w+){0,5} (?:jews|"
        "muslims|arabs|gypsies|gipsies|indians|blacks|africans|immigrants|migrants|"
        "foreigners|pakistanis|homosexuals|queers|gays|nigerians)(?! (?:food|tea))",
    ),
    (
        "people women arabs blacks foreigners gays gypsies immigrants indians jews migrants "
        "muslims pakistanis & many",
        "too many (?:foreigners|immigrants|migrants|women|jews|muslims|arabs|blacks|gypsies|"
        "gays|old people|indians|pakistanis)(?! (?:in the picture|on the poster))",
    ),
    (
        "girl female woman blonde",
        "an? (?:woman|female|blonde|girl) (?:in charge|running|in the warehouse|as (?:an? "
        ")?(?:manager|boss|engineer|driver|mechanic)|selling (?:cars?|tools?|electronics)|"
        r"behind the wheel|who runs)(?: \w+){0,5} ?(?:no wonder|of course|what (?:do|did|"
        "else)|explains|obviously|naturally|says it all|that's why)",
    ),
    (
        "removed kept driven thrown wiped cleared banned chased",
        f"{_THEM} (?:should|must|ought to|need to) be (?:kept|banned|thrown|driven|removed|"
        "excluded|chased|wiped|cleared)",
    ),
    (
        "women chinese africans arabs blacks foreigners gays gipsies gypsies homosexuals "
        "immigrants indian indians jews lesbians mexicans migrants muslims pakistanis poles "
        "queers russians turks ukrainians",
        "(?:ban|remove|deport|expel|block|cancel|hate|can't stand|despise|detest|loathe|fed "
        "up with|sick of|enough of) (?:all |these |those |the |of )*(?:jews|muslims|arabs|"
        "gypsies|gipsies|indians|blacks|pakistanis|immigrants|migrants|foreigners|africans|"
        "chinese people|chinese sellers|indian sellers|gays|homosexuals|lesbians|queers|"
        "women(?! 's|'s|’s)|turks|mexicans|russians|ukrainians|poles)(?! (?:tea|food))",
    ),
    (
        "language english russian",
        r"(?:learn|speak) (?:proper |some |our |the )?(?:english|language|russian)(?: \w+)? "
        r"or (?:go|get|leave|stay|fuck off)(?: \w+){0,2} ?(?:home|out|back|country)?",
    ),
    (
        "speak",
        "(?:can't|cannot|doesn't|don't) (?:even )?speak(?: a word| english| the language| "
        "our language| russian)+(?=[^.!?]{0,12}(?:throw|send|deport|kick|go home|go back|out "
        "of))",
    ),
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

    name = "english_hate"
    version = "1"
    description = (
        "English slurs and hate of a people, religion, sex, age, orientation or disability."
    )
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
