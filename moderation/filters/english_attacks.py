"""English attacks on a person's mind, looks, family, origin, schooling, hygiene or career.

They need no insulting word, so they are known by the turns of speech in which the language aims
them. `moderation.english_aim.pattern` says how they are written: words that a text must have at
least one of, and the pattern itself.
"""

from moderation.english_aim import SELLER, YOU, Rulebook, rules
from moderation.language import in_words_of
from moderation.text import view
from moderation.types import Draft, Finding, PolicyReason, Verdict

_HE = "(?:he|she|they|him|her|them|someone|somebody|people|whoever)"
_SUBJECT = rf"(?:{YOU}|{_HE}|these (?:guys|people)|{SELLER})"
_YOUR = "(?:your|ur|yer|his|her|their|the (?:seller|owner|manager|courier|driver)'s)"
_HAVE = "(?:'ve|'s|have|has|had|got|with|having)"
_FAMILY = (
    "(?:mother|mum|mom|mama|mommy|mummy|momma|father|dad|parents|wife|husband|children|"
    "kids|child|son|daughter|family"
    "|grandmother|granny|grandma|sister)"
)
_BRAINS = (
    r"(?:brains?|brain ?cells?|neurons?|gr[ae]y (?:matter|cells)|synapses?|cerebellum|intellect|iq)"
)
_BEASTS = (
    "(?:monkeys?|chimps?|chimpanzees?|apes?|donkeys?|goats?|goldfish(?:es)?|house "
    "?plants?|plants?|bricks?|potato(?:es)?"
    "|amoebas?|hamsters?|parrots?|door ?knobs?|door ?mats?|stones?|rocks?|stools?|"
    "chairs?|chickens?|hens?|sheep|pigeons?"
    "|cows?|cactus|toasters?|kettles?|lamp ?posts?|turnips?|cabbages?|worms?|slugs?|"
    "snails?|dogs?|cats?|toddlers?)"
)
_EMPTY = (
    "(?:nothing|sawdust|air|hot air|wind|straw|porridge|rocks|stones|concrete|cotton "
    "wool|empty|vacuum|void|mush|jelly|holes?)"
)

MIND = (
    (
        "brain brains",
        f"(?:{_SUBJECT}|do|does|if) <3> (?:no|zero|without|any|half|a|lack|lacks|missing) <1> "
        "brains?(?! ?teaser)",
    ),
    (
        "head heads brain brains",
        "(?:(?:use|engage|turn on|switch on|start using|try using|plug in) (?:your|his|her|"
        "their) (?:brains?|heads?)|(?:rent|borrow|find|buy|get|grow) (?:yourself |yourselves "
        "|him |them )?(?:an? )?(?:new )?brains?)(?! (?:massage|band|gear|set|start|phone))",
    ),
    (
        "brain brains",
        "(?:switch|turn|switched|turned|plug|leave|left|lost|forgot|lose|park) <1> (?:your|"
        "his|her|their) brains?",
    ),
    (
        "brain brains",
        "(?:your|his|her|their) brains? (?:is|are|was|were|has|have|must|seems?|stopped|died|"
        "left|on|went|works?|doesn't|don't|didn't|never|would|could|fell|rotted|melted)",
    ),
    (
        "brained brain pea brains peanut walnut",
        r"(?:brains? of an? \w+|brains? the size of|size of an? (?:pea|walnut|peanut)|(?:pea|"
        "bird|lizard|shit|mush)(?:-| )?brain(?:s|ed)?|instead of (?:a )?brains?|where <2> "
        "brains? should be|brain(?:s)? (?:dead|damaged|missing|transplant|donor))",
    ),
    (
        "neuron synapse cell cells braincell braincells brains "
        "gray grey brain cerebellum neurons synapses",
        "(?:one|two|half|half a|single|few|only|both|three|last|no|zero|any|share|shared|"
        "handful of|not enough|lack|enough) <3> (?:brain ?cells?|neurons?|cerebellum|"
        "synapses?|gr[ae]y matter)(?! (?:of )?(?:mine|my))",
    ),
    (
        "reborn",
        "reborn with",
    ),
    (
        "born",
        "born without an? (?:spine|brain|cerebellum|conscience|heart)",
    ),
    (
        "head heads ear ears skull skulls",
        f"{_EMPTY} <2> (?:between|in|inside|behind) (?:the|your|his|her|their|those|that)(?: "
        "two)? (?:ears?|heads?|skulls?)",
    ),
    (
        "head heads headed skull skulls",
        "(?:(?:your|his|her|their|those|you) <1>(?:empty|hollow|thick|wooden|dumb|stupid)|"
        "empty|hollow|wooden|thick)(?:-| )(?:little |thick )?(?:heads?|headed|skulls?)(?! "
        "?(?:phone|band|board|screw|nail))",
    ),
    (
        "head heads headed header heading",
        "(?:dropped|drop|fell|fall|hit|banged|landed) <2> (?:on )?(?:your|his|her|their|the|"
        "its|both) (?:head|heads)(?! (?:off|hurts?)) ?(?:<3> (?:child|baby|birth|kid|infant|"
        r"hospital|as)|\W*$|[.?!,])",
    ),
    (
        "head heads",
        "(?:something (?:is )?wrong|not right|sick|ill|soft|weak|wrong|touched|screw(?:s)? "
        "loose|not all there) (?:in|up in) (?:the|your|his|her|their) heads?",
    ),
    (
        "rockers trolleys "
        "mind head heads medication medications tree meds minds rocker trees trolley & your "
        "their her his",
        "(?:off|out of) (?:your|his|her|their) (?:head|heads|rocker|trolley|mind|minds|tree|"
        "meds|medication|tiny mind)s?",
    ),
    (
        "head heads",
        "heads? <3> (?:examined|checked by|up (?:your|his|her|their) (?:own )?(?:ass|arse|"
        "backside|butt|bottom)|only for (?:eating|a hat|hats|decoration|show)|just for "
        "(?:show|hats|decoration))",
    ),
    (
        "head heads",
        "(?:certainly )?not for (?:his|her|your|their) heads?",
    ),
    (
        "end feet bottom behind butt elbows ass knees rear arse backside & works work worked "
        "read write think thought writes reads thinking pack packed packs thinks painting",
        "(?:thinks?|thinking|thought|painting|works?|worked|writes?|packs?|packed|reads?) "
        "with (?:the|your|his|her|their) (?:other end|feet|ass|arse|butt|backside|behind|"
        "knees|elbows|bottom|rear)",
    ),
    (
        "brightest cleverest quickest sharpest smartest",
        rf"(?:{_SUBJECT}|guys?|folks|someone|whoever<4>)(?: \w+)? <4> (?:not|n't|hardly|never) "
        "<2> the (?:sharpest|brightest|smartest|cleverest|quickest) <2> (?:in|of|on|bulb|"
        "tool|knife|crayon|spark|star|pencil|spoon|light|bunch|out there)",
    ),
    (
        "brightest cleverest quickest sharpest smartest",
        "(?:not|hardly|never) <2> the (?:sharpest|brightest|smartest|cleverest|quickest) <3> "
        "(?:in|of|on) the <3>(?:shed|drawer|box|block|chandelier|sky|pack|tree|christmas "
        r"tree)(?: ?,? (?:your|this|that|are|is) (?:[\w-]+ ){0,2}\w+|, (?:are|is) (?:you|he|"
        "she|they))",
    ),
    (
        "light lights & home",
        "lights? (?:is|are|may be) on <2> (?:nobody|no one|no-one|noone) <2> home",
    ),
    (
        "upstairs",
        "(?:nobody|no one|nothing|not much|no-one) <1> (?:home )?upstairs",
    ),
    (
        "short",
        r"(?:few|couple of|one|two|three|several) (?:\w+ ){1,2}short of (?:an? )?\w+",
    ),
    (
        "deck",
        "playing with a full deck",
    ),
    (
        "lift elevator",
        "(?:elevator|lift) (?:doesn't|does not|never) <3> top",
    ),
    (
        "hamster",
        "hamster <4> (?:died|dead|asleep|gone|stopped|ran away|on strike|sleeping)",
    ),
    (
        "hamster",
        "wheel is (?:spinning|turning) <2> hamster",
    ),
    (
        "iq iqs",
        "(?:room(?:-| )temperature|single(?:-| )digit|double(?:-| )digit|low|negative|zero|"
        "combined|total|your|his|her|their) iqs?",
    ),
    (
        "iq iqs",
        r"iqs? (?:of an? <1>\w+|below|under|lower|less|smaller|equal|is (?:about|around|lower|"
        r"below|close)|level with|like an? \w+|the size|(?:matches|equals) (?:your|his|her|"
        "their|the))",
    ),
    (
        "chairs chimp pigeon amoeba turnip goldfishes understands doormats "
        "answers sense rocks dog manager rock cat goat lamp stone brighter chair chicken "
        "plant stones brick cats chickens dogs knobs monkeys plants smarter toddler "
        "understanding amoebas ape apes behaves brains bricks cabbages cactus chimpanzees "
        "chimps cleverer cow cows donkey donkeys doorknob doormat goats goldfish grasp "
        "hamster hamsters hen hens houseplant houseplants kettle kettles mat mats monkey "
        "parrot parrots pigeons potato potatoes sheep slugs snail snails stool stools toaster "
        "toddlers turnips worm worms",
        rf"(?:an? |my |our |even )(?:[\w-]+ ){{0,2}}{_BEASTS} (?:could|would|can|has|had|have|"
        "is|knows?|knew|understands?|shows?|writes?|reads|drives?|packs?|speaks?|behaves?|"
        rf"will)(?: \w+){{0,4}} (?:better|more|smarter|cleverer|brighter|faster) (?:job|than "
        r"(?:you|him|her|them|this|that|these|those|your|the) ?(?:(?!one|model|old|last)\w+)?|"
        r"service|sense|brains?|manners|answers?|customer|grasp|understanding|intelligen\w+|"
        r"competen\w+|help\w*|seller|manager)",
    ),
    (
        "amoeba pigeon chimpanzee chimp doormats cabbage slug lampposts doorknobs lamppost "
        "turnip goldfishes "
        "rocks dog rock cat goat lamp stone chair chicken plant stones brick cats chickens "
        "dogs knob knobs monkeys plants toddler amoebas ape apes bricks cabbages cactus "
        "chairs chimpanzees chimps cow cows donkey donkeys doorknob doormat goats goldfish "
        "hamster hamsters hen hens houseplant houseplants kettle kettles mat mats monkey "
        "parrot parrots pigeons potato potatoes sheep slugs snail snails stool stools toaster "
        "toddlers turnips worm worms & work store job support shop manager staff",
        f"{_BEASTS} (?:could|would|can|will) <2> (?:do|run|replace) <1> (?:your|his|her|their|"
        "this) (?:job|shop|work|store|staff|support|manager)",
    ),
    (
        "door kettle lamppost amoeba brick turnip hens "
        "seen known ive met rocks dog rock cat goat lamp brighter chair chicken plant stones "
        "talked cats chickens dogs knob knobs monkeys plants smarter spoken amoebas ape apes "
        "bricks cabbages cactus chairs chimpanzees chimps cleverer cow cows dealt donkey "
        "donkeys doorknob doormat goats goldfish hamster hamsters hen houseplants kettles "
        "monkey parrot parrots pigeons potato potatoes sheep slugs snail snails stool stools "
        "toaster toddlers turnips worm worms",
        "(?:i've|i have|have) (?:met|seen|known|spoken to|talked to|had|dealt with) <2> "
        f"{_BEASTS} (?:with|smarter|cleverer|more|that|who|brighter|better)",
    ),
    (
        "sense stupid brighter manners smarter brains cleverer educated empathy intelligence "
        "intelligent iq wiser",
        r"(?:smarter(?: \w+)?|cleverer(?: \w+)?|brighter(?: \w+)?|more intelligent(?: \w+)?|"
        "wiser|better educated|more (?:brains|sense|manners|intelligence|empathy)|better "
        "manners|higher iq|less stupid) than (?:you(?!r (?:average|typical|usual|standard))|"
        r"(?:all )?(?:of )?you|him|her|them|that \w+|this (?:guy|seller|man|woman|lot)|(?:the|"
        f"your|their|this|that) (?:whole |entire )?{SELLER})(?! (?:think|expect|would|might))",
    ),
    (
        "made dropped born raised hatched & was are were",
        f"(?:were|was|are) {_SUBJECT}(?: all)? (?:just |simply |really )?(?:born|dropped|made|"
        "raised|hatched) (?:<1>(?:slow|stupid|dumb|idiots?|this|that|like this|like that|"
        r"yesterday|in a barn|dim|thick|an? )|<4>\?)",
    ),
    (
        "born",
        "(?:some|others|people|such people|you|he|she|they) (?:are|were|was|is) (?:just |"
        "simply )?born (?:like that|that way|stupid|dumb|slow|without|by mistake|an accident|"
        "a mistake|idiots?|with two left)",
    ),
    (
        "darwin",
        "darwin (?:award|would|was|must|is|wants)",
    ),
    (
        "evolution",
        "evolution <2> (?:skipped|forgot|stopped|passed|missed|went|failed|left|backwards)",
    ),
    (
        "selection",
        "natural selection",
    ),
    (
        "genetic gene",
        "(?:gene|genetic) (?:pool|waste|garbage|trash|accident)",
    ),
    (
        "kids children breed multiply reproduce",
        "(?:should|must|can|could) (?:not|never|n't) (?:be allowed to )?(?:breed|reproduce|"
        "multiply|have (?:kids|children))",
    ),
    (
        "sterilised neutered castrated neutered sterilized",
        rf"(?:{YOU}|{_HE}|such|such people)(?: \w+){{0,3}} (?:should|must|ought to|need to) be "
        "(?:sterili[sz]ed|castrated|neutered)",
    ),
    (
        "missing",
        "the missing link",
    ),
    (
        "missing",
        "missing link between",
    ),
    (
        "stone cave tree caves trees",
        "(?:still )?(?:lives?|living|live|came|straight|stuck|crawled|climbed) (?:in|out of|"
        "from) (?:the|a) (?:stone age|caves?|trees?)",
    ),
    (
        "word dictionary",
        "(?:your|his|her|their) (?:photo|picture|face|name|portrait) <3> (?:in the "
        "dictionary|next to the word)",
    ),
    (
        "slow thick stupid dumb daft dense & box brush bag door rocks post rock brick bricks "
        "cork donkey donkeys doornail mince mule pig planks stumps",
        "(?:is|are|you|he|she|they|'re|'s|was|were) (?:all |as |so )?(?:thick|dumb|daft|"
        "dense|stupid|slow) as (?:an? |two |three )?(?:short |dumb |old )?(?:planks?|bricks?|"
        "rocks?|post|stumps?|brush|donkeys?|mule|door|doornail|box of|bag of|mince|pig ?shit|"
        "cork)",
    ),
    (
        "distributing handly passout gaveout "
        "distributer hander "
        "looks gave hand giving hands common pass god passed brain distributed giv handing "
        "manners nature shared sharing brains distribut handed intelligence passing shar & "
        "when",
        "when (?:they|god|nature|brains?|intelligence|looks|manners|common sense)(?: "
        r"\w+){0,2} (?:hand\w*|giv\w*|gave|distribut\w*|shar\w*|pass\w*)(?: \w+)? ?(?:out|"
        "brains|round|away)?",
    ),
    (
        "common brain manners brains decency empathy honesty intellect intelligence logic",
        "(?:brains?|intelligence|common sense|logic|manners|honesty|decency|intellect|"
        r"empathy) (?:and (?:you|he|she|they|the \w+|this \w+|your \w+) |is |are |isn't |has |"
        r"have |was |were )(?:\w+ )?(?:have )?(?:never met|not met|strangers|foreign|unknown|"
        "clearly not|not (?:your|his|her|their)|never been (?:your|his|her)|not included|"
        "don't mix|never visited)",
    ),
    (
        "head heads brain brains skull skulls",
        r"(?:inside|in) (?:that|those|your|his|her|their) (?:\w+ )?(?:skulls?|brains?|"
        "heads?)(?: of (?:yours|his|hers|theirs))?(?= (?:except|other|but|apart|besides|at "
        r"all)|\W*\?)",
    ),
    (
        "hers yours",
        "(?:skull|brain|head|face|mug|mouth|mind) of (?:yours|hers)",
    ),
    (
        "paint crayons glue",
        r"(?:eat|eats|ate|eating|sniff|sniffs|sniffing) (?:glue|crayons|paint)(?: \w+){0,3} "
        "(?:school|child|kid|kindergarten|breakfast|lunch|again|there)",
    ),
    (
        "crayons glue",
        "(?:you|he|she|they|sellers?) <3> (?:eat|ate|eats|sniffs?) (?:glue|crayons)",
    ),
)
FAMILY = (
    (
        "ashamed embarrassed",
        "(?:is|are|be|were|was) (?:so |deeply )?(?:ashamed|embarrassed) of "
        "(?:you(?!r|s)|him|her)(?!self)",
    ),
    (
        "disappointed sorry hate regret regrets turning spinning ashamed embarrassed hates "
        "cry crying proud & wife family daughter husband son kids mom mother dad children "
        "sister child grandmother parents father mama grandma granny momma mommy mum mummy",
        f"{_YOUR} <1>{_FAMILY} (?:must|should|would|will|can|has to|is|are) <2> (?:be |feel "
        ")?(?:<2>(?:proud|ashamed|crying|cry|spinning|sorry for|turning in|embarrassed|"
        "disappointed|regret|regrets|hate|hates))(?! of (?:this|it|the))",
    ),
    (
        "wife family drop daughter son kids beat told kept dropped mom mother bring brought "
        "dad children manager sister child grandmother parents raised warned drunk father "
        "mama raise teach warn abort aborted beaten courier drank grandma granny hugged momma "
        "mommy mum mummy shouldve smoked spanked swallowed taught yer",
        f"{_YOUR} <1>{_FAMILY} (?:should've|should have|must have|ought to have|never|forgot "
        "to|failed to|didn't|did not) (?:been |be )?(?:taught?|teach|raised?|raise|swallowed|"
        "aborted?|abort|dropped|drop|used|kept|told|beaten|beat|spanked|slapped|love|loved|"
        "drank|drunk|smoked|brought|bring|hugged|finish|warn|warned)",
    ),
    (
        "wife family daughter husband son kids mom mother dad children sister child "
        "grandmother parents father mama grandma granny momma mommy mum mummy & your their "
        "her his seller manager owner driver ur courier yer",
        f"(?:did|didn't|does|has|hasn't|do|don't) {_YOUR} <1>{_FAMILY} <2> (?:teach|taught|"
        "raise|drop|tell|told|love|know|drink|smoke|beat|find|feed)",
    ),
    (
        "brought raised bred reared taught",
        "who (?:raised|brought up|reared|bred|taught) (?:you|him|her|them|these)",
    ),
    (
        "brought grew raised bred reared",
        "(?:raised|brought up|reared|grew up|bred) (?:by|in|on|among|with) (?:an? |the "
        ")?(?:wolves|animals|pigs|barn|zoo|pigsty|stable|cave|sewer|street|streets|gutter|"
        "jungle|farm animals|apes|monkeys|dump|dogs)",
    ),
    (
        "grow grew grown",
        "gr(?:ew|own|ow) up without (?:an? |any )?(?:father|mother|mum|mom|dad|parents|love|"
        "manners|books)",
    ),
    (
        "upbringing",
        "(?:no|normal|lack of|zero|better|proper) (?:home )?upbringing",
    ),
    (
        "brought raised taught",
        "(?:nobody|no one|no-one) (?:ever )?(?:taught|raised|brought up) (?:you|him|her|them)",
    ),
    (
        "upbringing",
        f"{_YOUR} upbringing",
    ),
    (
        "feel sorry pity condolences sympathise sympathize & wife family daughter husband son "
        "kids mom mother dad children sister child grandmother parents father mama grandma "
        "granny momma mommy mum mummy",
        "(?:pity|feel sorry for|sorry for|feel for|condolences to|sympathise with|sympathize "
        f"with) {_YOUR} <1>{_FAMILY}(?: (?:of|who|living|that))?",
    ),
    (
        "pity",
        r"i pity (?:you|him|her|them)(?=\W*(?:$|[.,!]| (?:really|people|all|and)))",
    ),
    (
        "poor unlucky",
        f"(?:poor|unlucky) (?:{_FAMILY}) (?:who|that) (?:lives?|has to|have to|married|gave)",
    ),
    (
        "wife husband man boyfriend girlfriend woman & run left leaves ran beats cheated "
        "hates sleeps cheats divorced dumped",
        "(?:your|his|her) (?:wife|husband|girlfriend|boyfriend|man|woman) (?:has |have |must "
        "have )?(?:left|leaves|ran away|run away|ran off|dumped|cheats|cheated|divorced|"
        "beats|sleeps|hates|run)",
    ),
    (
        "wonder",
        "no wonder (?:your|his|her) (?:wife|husband|girlfriend|kids|children|man)",
    ),
    (
        "love want loves loved date wants miss kiss married marries marry misses & one who "
        "man woman nobody",
        "(?:nobody|no one|no man|no woman|who) <2> (?:married|marry|marries|love|loves|loved|"
        "wants|want|date|kiss|miss|misses) (?:you|him|her)(?! (?:to|with))",
    ),
    (
        "shame stain blot disgrace embarrassment insult",
        f"(?:disgrace|shame|embarrassment|insult|stain|blot) (?:to|of|for|on) (?:{_YOUR} "
        f"<1>(?:{_FAMILY}|country|nation|profession|sex|name|gender|species)|the (?:human "
        "race|human species|species|profession|family|entire human race|gene pool)|humanity|"
        "humankind|mankind|womankind)",
    ),
    (
        "waste stealer thief waster",
        "(?:waste|waster|thief|stealer) of (?:<1>oxygen|<1>sperm|skin|human skin|breath|"
        "air(?! (?:conditioning|freshener))|a human|human flesh|human life|a birth)",
    ),
    (
        "waste disappointment disgrace embarrassment",
        "(?:you are|you're|he is|she is|he's|she's|they are|they're|seller is) (?:such )?an? "
        "(?:complete |total |utter |absolute |real )?(?:waste of (?:space|time and space)|"
        "disgrace|embarrassment|disappointment to)",
    ),
    (
        "mom mother dad parents father mum",
        r"(?:did|do|were) your (?:parents|mother|father|mum|mom|dad)(?: \w+){0,6}\?",
    ),
    (
        "parents",
        r"(?:your|his|her) parents (?:have|had|were|are) (?:\w+ )?(?:brother|sister|related|"
        "siblings|cousins|drunk|ashamed)",
    ),
    (
        "ancestors grandkids grandchildren forefathers",
        "(?:your|his|her|their) (?:grandchildren|grandkids|ancestors|forefathers) (?:must|"
        "should|would|will|are)(?! (?:love|like|enjoy))",
    ),
    (
        "loathsome "
        "sad bitter miserable contemptible despicable odious pathetic petty "
        "spiteful vile wretched",
        "(?:sad|pathetic|miserable|bitter|petty|spiteful|odious|vile|wretched|despicable|"
        "loathsome|contemptible) (?:little |old |lonely |small )*(?:man|men|woman|women|"
        "person|people|boy|girl|lot)(?! (?:who bought|in the (?:book|film)))",
    ),
    (
        "jackal "
        "dog goat ass dogs monkeys bitch bitches devil donkey donkeys goats jackals monkey "
        "pig pigs rat satan sheep swine whore whores",
        "(?:sons?|daughters?|children|child|offspring) of (?:an? |the )?(?:goats?|dogs?|"
        "pigs?|donkeys?|whores?|bitch(?:es)?|jackals?|swine|satan|devil|rat|sheep|monkeys?|"
        "ass)",
    ),
    (
        "people person human humans & not never half n yourself barely hardly themselves "
        "herself himself nt yourselves",
        "(?:not|n't|hardly|barely|never|call (?:your|him|her|them)sel(?:f|ves)|half) (?:even "
        "|really |a |an )?(?:human|humans|human beings?|people but|a person but)(?! (?:error|"
        "hair|size|touch|rights|resources|voice|contact|sized|made))",
    ),
    (
        "excuse apology imitation caricature parody",
        "(?:excuse|apology|imitation|parody|caricature) (?:for|of) an? (?:human(?: being)?|"
        "man|woman|person|mother|father|manager|seller|courier|professional|shop assistant|"
        "driver|owner)",
    ),
    (
        "specimen individual human meat soul creature creatures filth humans individuals specimens",
        "(?:worthless|miserable|pathetic|useless|rotten|disgusting|vile|bad|horrible|"
        "terrible|lousy|evil|nasty|despicable|hateful|wretched) (?:little )?(?:human(?: "
        "being)?s?|piece of (?:human|meat|filth)|soul|individuals?|creatures?|specimens?)",
    ),
    (
        "sickens nauseates revolts disgust disgusts nauseate repulse repulses revolt sicken",
        r"(?:you|your kind|people like you|he|she|they)(?: \w+)? (?:all )?(?:disgust|disgusts|"
        "revolt|repulse|nauseate|sicken)s? (?:me|us|everyone)",
    ),
    (
        "throw puke retch sick vomit",
        "you (?:all |people |guys )?make me (?:sick|puke|vomit|want to (?:puke|vomit|throw "
        "up)|retch)",
    ),
)
SCHOOL = (
    (
        "licence license diploma degree & gave give",
        r"who (?:gave|would give|gives) (?:you|him|her|them|this \w+|that \w+) (?:an? |the "
        r")?(?:\w+ )?"
        r"(?:licen[cs]e|diploma|degree)",
    ),
    (
        "year stable rock school stone barn grade hole cave hospital mountain tree asylum aul "
        "cage circus collective gutter jungle kennel kindergarten loony madhouse mountains "
        "mummy nursery nuthouse pigsty sewer sty swamp trees village ward womb zoo & get go "
        "going went run return goes sent send belong belongs crawl crawls",
        "(?:go|goes|going|went|send|sent|run|crawl|get|belongs?|return|crawls?) (?:him |her |"
        "them |yourself |the (?:lot|whole lot) )?(?:back|home|straight|right)? ?(?:back "
        ")?(?:to|into|under|in) (?:your |the |his |her |their |a |some |that "
        ")?<2>(?:school(?! (?:in|with|on|bag|tomorrow|today|this|wearing|year|shopping|after|"
        "and (?:he|she|they|the)))|kindergarten|nursery|first grade|grade one|year one|"
        "village|cave|jungle|zoo|barn|stable|kennel|circus|sewer|hole|swamp|gutter|rock you|"
        "trees?|mother's womb|mummy|special school|asylum|madhouse|loony bin|nuthouse|mental "
        "hospital|psych ward|cage|pigsty|sty|stone age|collective farm|aul|mountains?)(?! "
        "(?:supplies|uniform|season))",
    ),
    (
        "class school college grade education kindergarten university & got been go went gone "
        "complete finish pass completed finished attend attended graduate",
        f"(?:did|have|has|do) {_SUBJECT} (?:even |ever |actually |really )?(?:finish|finished|"
        "graduate|attend|attended|been to|go to|gone to|pass|complete|completed|went to|got) "
        "<2> (?:school|grade|education|university|college|kindergarten|class)",
    ),
    (
        "licenses licences degree degrees certificate diploma diplomas education licence license",
        f"(?:where|which shop|how much) (?:did|do|does) {_SUBJECT} (?:get|buy|find|win|steal|"
        "pay for|print) (?:your|his|her|their) (?:diplomas?|degrees?|education|licen[cs]es?|"
        "driving licen[cs]e|drivers? licen[cs]e|certificate)",
    ),
    (
        "degree certificate diploma education licence license",
        "(?:bought|printed|won|found|got) (?:your|his|her|their) (?:diploma|degree|"
        "licen[cs]e|driving licen[cs]e|education|certificate) <2> (?:in|at|from|on|off)",
    ),
    (
        "class classes book school lesson grade biology geography kindergarten lessons math "
        "maths physics spelling & never did didn failed dropped failure missed barely didnt "
        "hardly bunked flunked skipped slept",
        rf"(?:{_SUBJECT}|who|that)(?: \w+){{0,3}} (?:never|didn't|did not|barely|hardly|failed|"
        "skipped|slept through|dropped out of|flunked|bunked off|missed|failure at|failure "
        "in) (?:to )?(?:went to |finish(?:ed)? |attend(?:ed)? |see |saw |set foot in |get "
        "past |got past |pass(?:ed)? |complete(?:d)? |made it (?:past|through) |all |every "
        ")?(?:<1>(?:school|grade|class(?:es)?|lessons?|kindergarten|biology|maths?|physics|"
        "geography|spelling|an? book))",
    ),
    (
        "school education kindergarten",
        "(?:school|education|kindergarten) drop ?outs?",
    ),
    (
        "primary school education parish",
        "(?:two|three|four|five|2|3|4|5) (?:classes|grades|years) of (?:school|education|"
        "primary|parish)",
    ),
    (
        "school",
        "failure at school",
    ),
    (
        "repeated",
        "repeated (?:first|second|third|the same) (?:grade|class|year)",
    ),
    (
        "learnt learn learned",
        "(?:go|go back|should|must) (?:and |to |you )?learn(?:t|ed)? (?:how )?to (?:read|"
        "count|write|spell|think|speak|talk|tie)(?! with| and write with| music)",
    ),
    (
        "write count spell tie & read two she name own three shoe five cant unable ten "
        "learned names obviously lace laces learnt",
        f"(?:{YOU}|{SELLER}|he|she|they) (?:clearly |obviously |apparently |probably |still "
        ")?(?:can't|cannot|can not|never learned to|never learnt to|is unable to|are unable "
        "to|don't know how to|doesn't know how to) (?:even )?(?:read(?! (?:our|my|the "
        "(?:small|label|text|manual|order))) ?(?:or|and) (?:write|count)|tie (?:your|his|her|"
        r"their) (?:own )?(?:shoe|lace)\w*|spell (?:your|his|her|their) (?:own )?names?|count "
        "to (?:two|three|ten|five))",
    ),
    (
        "alphabet letters",
        "(?:know|knows|learn|learned) (?:the|only|half) <2>(?:alphabet|letters) <2> (?:you|"
        "he|she|they|dear)",
    ),
)
LOOKS = (
    (
        "looks face teeth figure nose appearance gob mug snout & with",
        "with (?:a|that|such|such a|an|her|his|your|those|these) <2>(?:face|mug|teeth|looks|"
        "figure|nose|snout|gob|physiognomy|appearance)(?: like (?:that|yours|hers|his|this|a "
        r"\w+))?,? <2>(?:no wonder|should|you|work|she|he|scare|for radio|people|one|i'd|it's|"
        "better|nobody|stay|go|sit|hide|in a)(?! (?:cream|mask|wash))",
    ),
    (
        "face head mug snout & dropped boot butt goat horse alcoholic ass brick drunk lemon "
        "arse baboon bulldog convict criminal donkey frog gargoyle hippo monkey moose "
        "murderer orc pancake pig potato pug rapist rat shovel slapped squashed toad troll "
        "witch",
        "(?:face|mug|snout|head) (?:like|of|that looks like) (?:an? )?<2>(?:horse|pig|"
        "bulldog|arse|ass|butt|shovel|toad|frog|rat|monkey|boot|pug|potato|brick|slapped|"
        "goat|criminal|convict|drunk|alcoholic|murderer|rapist|hippo|pancake|lemon|gargoyle|"
        "dropped|squashed|baboon|orc|troll|witch|moose|donkey)",
    ),
    (
        "face",
        "face (?:for radio|only a mother|that would|that could|scares?|you want to|begging "
        "for|asking for)",
    ),
    (
        "mother",
        "(?:face|eyes) (?:only )?a mother",
    ),
    (
        "fat greasy stupid empty dumb dirty lying horse ugly spotty bald disgusting drunken "
        "eyed filthy hairy idiotic pig piggy pimply rat smug thieving unwashed wrinkled & "
        "body face mouth head heads nose self butt brain faces ass neck arse arses asses "
        "bellies belly brains butts hooves jowls mouths mug mugs necks noses paws selves "
        "skull skulls smile snouts trap",
        "(?:your|his|her|their) (?:ugly|fat|stupid|dumb|smug|greasy|filthy|hairy|lying|"
        "disgusting|pimply|spotty|wrinkled|idiotic|rat|pig|piggy|horse|drunken|unwashed|"
        "cross-eyed|bald|empty|dirty|thieving) (?:little |old |fat )?(?:faces?|mugs?|heads?|"
        "bod(?:y|ies)|mouths?|ass(?:es)?|arses?|snouts?|brains?|selves|self|smile|belly|"
        "bellies|necks?|jowls|noses?|trap|skulls?|butts?|paws|hooves)",
    ),
    (
        "yourselves mirrorz yourself mirror mirroring himself",
        "(?:you|he|she|they|seller|courier|look|looked|looks|seen|buy|need|needs|get|find) "
        "(?:ever |a |yourself |yourselves |himself |herself |him |her |them )?(?:looked |"
        "look |seen |seeing )?(?:yourself |himself |herself |good look )?(?:in|into|at|a|an) "
        "(?:the|a|yourself in the) (?:mirror|yourself) ?(?:<2>(?:you|madam|lady|first|lately|"
        r"before|and|dear)|\W*[?!])",
    ),
    (
        "see notice & hair his face teeth figure eyes legs nails nose belly moustache",
        "did you (?:see|notice) (?:her|his|their) (?:<1>)?(?:teeth|hair|face|belly|nose|legs|"
        "moustache|nails|figure|eyes)",
    ),
    (
        "voice face teeth breath manners belly & your her his",
        "(?:her|his|your) (?:face|voice|manners|belly|teeth|breath)(?: is| are|,)? (?:like|"
        r"as) an? <2>\w+,? (?:her|his|your) (?:manners|face|hair|teeth|voice|brain)",
    ),
    (
        "chin chins",
        "(?:triple|double|three|four|five) chins?",
    ),
    (
        "snaggleteeth wart moustache patch snaggle unibrow warts",
        "(?:her|his|your) (?:moustache|unibrow|warts?|snaggle ?teeth|bald patch)",
    ),
    (
        "weight",
        "(?:lose|drop) some weight",
    ),
    (
        "fat ugly hideous obese & you they she he seller man manager driver woman courier",
        r"(?:you|he|she|they|courier|driver|seller|manager|woman|man) (?:\w+ ){0,2}(?:so|too) "
        "(?:fat|ugly|obese|old and ugly|hideous)(?! to (?:fit|wear))",
    ),
    (
        "fat & too",
        "too fat to (?:walk|climb|get|bend|move|reach|lift|carry|come|go)",
    ),
    (
        "face mouth cheeks faces gob & stuff stuffs stuffed",
        "stuff(?:ing|ed|s)? (?:your|his|her|their) (?:fat |ugly )?(?:face|mouth|gob|faces|cheeks)",
    ),
    (
        "bag bat fart bastard bitch cow crone hag lump pig slob sow whale witch",
        "(?:old (?:hag|bag|bat|fart|crone)|(?:ugly|fat) (?:old )?(?:hag|cow|witch|crone|pig|"
        "sow|bastard|slob|lump|whale|bitch))(?! (?:costume|mask|feed|bell|toy|hat|mug|card|"
        "shirt|book|club|joke))",
    ),
    (
        "shut",
        "shut (?:your|ya|yer|that|his|her|their) <2>(?:mouths?|faces?|gobs?|traps?|pie "
        "?holes?|cake ?holes?|snouts?|beaks?)(?! (?:of|with))",
    ),
    (
        "people face eyes faces & such",
        "such (?:eyes|faces?|a face|people) <2> (?:only|belong|without conscience)",
    ),
    (
        "brain heart soul brains conscience",
        "(?:people|man|woman|person|creatures?) (?:without|with no) (?:any )?(?:conscience|"
        "soul|brains?|heart)",
    ),
    (
        "eyes eye",
        "(?:eyes|eye) (?:in|on|at|grow(?:ing)? (?:from|on)) (?:your|his|her|their) (?:ass|"
        "arse|backside|butt|back|behind|bottom)",
    ),
    (
        "eyes",
        "(?:open|wipe|rub|screw|buy|use|wash) (?:your|his|their) (?:damn |bloody |fucking |"
        "stupid |blind |piggy )?eyes,? (?:you|people|seller)",
    ),
)
HYGIENE = (
    (
        "smell smells smelled smelt stink stinks reek reeked reeks stank",
        rf"(?:{YOU}|he|she|{SELLER})(?: \w+)? (?:stinks?|stank|smells?|smelled|smelt|reeks?|"
        "reeked) (?:like|worse than|as bad as) (?:an? |the |you )?<2>(?:goats?|pigs?|pigsty|"
        "tramps?|bums?|homeless|sewers?|toilets?|skunks?|horses?|stables?|dogs?|monkeys?|"
        "fish|corpses?|dead|barns?|garbage|trash|dump|donkeys?|zoo|cats?|polecat|never|"
        "haven't|hasn't)",
    ),
    (
        "stink reek",
        "you (?:all |guys |people )?(?:stink|reek)(?! of)",
    ),
    (
        "soap shower wash bath deodorant & you first once sometimes friend man dude mate",
        "(?:go|have|take|get|try|needs?|should (?:try|take|have)|discover|invent) (?:and "
        ")?(?:(?:a|some|taking a|having a) )?(?:shower|bath|wash|wash yourself|soap|"
        "deodorant) <3>(?:before you|for once|first|sometimes|once (?:a|in)|my friend|mate|"
        "man|dude|you)",
    ),
    (
        "soap shampoo shower mouthwash toothpaste toothbrush mirror deodorant diet & get buy "
        "ask tell advise teach remind",
        r"(?:tell|ask|teach|remind|advise|get|buy) (?:your \w+|that \w+|him|her|them|yourself|"
        r"the (?:girl|guy|man|woman|lady|boy|courier|driver|seller))(?: \w+){0,7} "
        "(?:toothbrush|deodorant|shower|soap|toothpaste|mouthwash|shampoo|diet|mirror)",
    ),
    (
        "feet mouth yourself ass neck armpit armpits arse ears herself himself yourselves & wash",
        "wash (?:yourself|yourselves|himself|herself|your (?:ass|arse|feet|mouth|armpits?|"
        "neck|ears))",
    ),
    (
        "soap shampoo shower toothpaste toothbrush deodorant & use used know seen heard "
        "discovered met invented",
        "(?:never|ever|doesn't|didn't|hasn't|haven't|don't|not) (?:heard of|heard about|know "
        "what|discovered|seen|use|used|invented|met) <1>(?:soap|deodorant|a shower|"
        "toothpaste|a toothbrush|shampoo)(?! (?:dish|holder|this))",
    ),
    (
        "brush",
        "brush (?:your|his|her) teeth (?:you|before you|before (?:he|she|talking|speaking)|"
        "first|once)",
    ),
    (
        "wash & last",
        "when did you last wash",
    ),
    (
        "own cannot seller cant party manage pour sellers drink organize couldnt ass lead "
        "lemonade arse backside brewery piss",
        "(?:you|he|she|they|sellers?) (?:couldn't|can't|could not|cannot) (?:even "
        r")?(?:organi[sz]e|run|find|pour|lead|manage) (?:an? )?(?:\w+ )?(?:drink|piss-?up|"
        "party|lemonade stand|brewery|(?:your|his|her|their) (?:own )?(?:ass|arse|backside|"
        "way out))",
    ),
    (
        "manners",
        r"manners of an? (?:\w+ )?(?:fishwife|pig|goat|ape|baboon|dog|docker|savage|rat|troll|"
        "warthog|sailor|toilet|cow|thug)",
    ),
    (
        "match",
        r"(?:she|he|you)(?: \w+)? (?:face|looks?) to match",
    ),
    (
        "unwashed",
        "unwashed (?:<1>)?(?:pigs?|crowd|bunch|peasants?|animals?|seller|courier|driver|mob|"
        "lot|people|apes?|creature)",
    ),
)
MANHOOD = (
    (
        "man men",
        "(?:not|n't|never) (?:even )?(?:an? )?(?:real )?(?:man|men)(?! (?:made|in|from|at|"
        "who|size|sized|only|enough to carry|'s|’s|of (?:his|their) word|and|or|i|we|"
        r"for))(?=\W*(?:$|[.,!?]))",
    ),
    (
        "himselves "
        "yourself yourselves himself themself themselves "
        "yourself themselves himself yourselves",
        "(?:you |he |they )?calls? (?:your|him|them)sel(?:f|ves) (?:an? )?(?:real )?(?:man|"
        "men|professionals? you)",
    ),
    (
        "man men",
        r"are you (?:even |really )?(?:an? )?(?:man|men) (?:or|at all|\?)",
    ),
    (
        "man men",
        "real m[ae]n (?:don't|doesn't|do not|would|wouldn't|keep|keeps|answer|answers)",
    ),
    (
        "shame accomplishment achievement",
        "what an? <1>(?:achievement|shame|accomplishment) for an? (?:grown |real |adult )?man",
    ),
    (
        "grow",
        "grow (?:a pair|some balls|a spine|some|a backbone)",
    ),
    (
        "balls cojones",
        "(?:no|without|have the|got the) (?:balls|cojones)(?! (?:of wool|included|in|for|are|"
        "were|came|left))",
    ),
    (
        "girl scared coward",
        "like a (?:coward|little girl|scared little)",
    ),
    (
        "member cock dick manhood pecker penis prick willy",
        "(?:tiny|small|little|micro|short|limp|shrivelled) (?:dick|penis|manhood|pecker|"
        "willy|cock|prick|member)(?! (?:francis|whittington|tracy))",
    ),
    (
        "member cock dick manhood pecker penis willy",
        "(?:size|length) of (?:your|his) (?:dick|penis|manhood|pecker|willy|cock|member)",
    ),
    (
        "",
        r"compensat\w+ for (?:something|your|his|a small)",
    ),
    (
        "impotent eunuch virgins virgin castrato eunuchs impotents virgins",
        r"(?:you|he|she|they|seller|sellers|manager|courier)(?: \w+){0,3} (?:impotents?|"
        "eunuchs?|virgins?(?! (?:oil|olive|wool|coconut|mary))|castrato)",
    ),
    (
        "boy boys",
        "(?:mummy|mommy|mama|mamma|mum|mom|mother)'s (?:little )?boys?",
    ),
    (
        "mom mother parents mama mommy mum mummy",
        "(?:still )?liv(?:es?|ing) (?:with|at|off) (?:your|his|her|their) (?:mum|mom|mother|"
        "mummy|mommy|mama|parents)",
    ),
    (
        "basement",
        "(?:mum|mom|mother|mama|mummy|mommy|parents)['’]?s?['’]? basement",
    ),
    (
        "bedroom basement & your his",
        "from (?:your|his) (?:basement|bedroom)",
    ),
)
CAREER = (
    (
        "need want take give employ hire marry & one who nowhere nobody",
        "(?:nobody|no one|no-one|who|nowhere) (?:else )?(?:would|will|wants to|could|wanted "
        "to) (?:ever )?(?:hire|employ|give|take|need|want|marry) (?:you|him|her|them)(?! "
        "(?:a (?:refund|discount|better)|to))",
    ),
    (
        "job & decent real normal honest proper",
        r"(?:real|proper|normal|honest|decent) job(?=\W*(?:$|[.,!?;])| (?:like|for|instead|"
        "and stop|you|somewhere|than))",
    ),
    (
        "life & get",
        "get a life(?! ?time)",
    ),
    (
        "lives",
        "get lives",
    ),
    (
        "job line career occupation profession & get find try look choose seek",
        "(?:find|get|look for|seek|try|choose) (?:your ?self |him ?self |her ?self "
        ")?(?:another|a different|a real|a proper|a new|some other) (?:job|profession|line "
        "of work|career|occupation)(?! (?:lot|for me))",
    ),
    (
        "because & only job hired",
        "(?:only|hired|job) (?:hired |employed |got |there )?because (?:he|she|you) (?:is|"
        "are|was|'s|slept|slept with|'re) (?:with|somebody's|someone's|the boss's|the "
        "owner's|the nephew|his|her|a relative)",
    ),
    (
        "sewer ditches "
        "stable floor goat barn ditch public toilet yard yards barns burgers cow cows dung "
        "floors goats manure pig pigs pigsty potatoes sewers sheep shit stables street "
        "streets toilets",
        "(?:go|go and|better|should|belongs?|must|should be|only good (?:for|to)|fit (?:only "
        ")?(?:for|to)|rather|could only|only|trust(?:ed)? (?:you|him|her|them) to|place is|"
        "can't even) (?:be |to |at |and |with |you )?(?:sweep|sweeping|mop|mopping|herd|"
        "herding|milk|milking|shovel|shovelling|dig|digging|scrub|scrubbing|clean|cleaning|"
        "flip|flipping|feed|feeding|wipe|graze|grazing|plough|carry|wash|washing) (?:the |"
        "out |up |some |your )?(?:streets?|floors?|toilets?|goats?|cows?|sheep|pigs?|manure|"
        "dung|ditch(?:es)?|potatoes|stables?|yards?|burgers|barns?|shit|sewers?|pigsty|"
        "public)(?! (?:with|faster|easily|using))",
    ),
    (
        "wonder",
        "no wonder (?:you|he|she|they)(?:'re| are| is| have| has| had|'s|'ve)? (?:only |just "
        "|still |all )?(?:sell|sells|selling|work|works|working|ended|end up|nobody|no one|"
        "poor|single|alone|divorced|fat|lonely|unemployed|deliver|delivers|delivering|no "
        "friends|live|lives|angry at|never (?:married|made)|failed|fat|stuck)",
    ),
    (
        "amount amounted & much anything nothing",
        "(?:never|won't|will never|you'll never|haven't) (?:amount|amounted) to (?:anything|"
        "much|nothing)",
    ),
    (
        "life lives existence career soul careers souls & little useless sorry sad empty "
        "worthless lonely miserable boring pathetic",
        "(?:your|his|her|their) (?:sad|pathetic|miserable|little|empty|lonely|sorry|"
        "worthless|boring|useless) (?:little |empty |pathetic |lonely |miserable |sorry "
        ")*(?:life|lives|existence|careers?|souls?)",
    ),
    (
        "love life friends & no neither",
        r"(?:you|he|she|they|who)(?: \w+){0,4} (?:have |has |with |has got |got )(?:no|"
        "neither) (?:life|friends|personal life|life and|love)",
    ),
    (
        "life existence career & over nothing waste failure sad empty mistake joke misery pathetic",
        "(?:your|his|her) (?:whole |entire )?(?:life|existence|career) (?:is|was|must be|has "
        r"been) (?:\w+ )*?(?:failure|joke|mistake|waste|misery|empty|nothing|sad|pathetic|"
        "over)",
    ),
    (
        "failure failures",
        "failures? (?:in life|at everything|at life|as a (?:human|man|woman|person|parent))",
    ),
    (
        "life & failed fail",
        "(?:failed|fail) (?:at|in) life",
    ),
    (
        "achievement",
        "what an achievement",
    ),
    (
        "life abilities career achievement achievements intellect & best most top biggest "
        "peak highlight pinnacle height",
        "(?:peak|height|best|most|highlight|top|biggest achievement|pinnacle) of (?:your|his|"
        "her) (?:career|life|achievements?|abilities|intellect)",
    ),
    (
        "needs loves notice likes miss & one nobody",
        "(?:nobody|no one|no-one) (?:loves|likes|needs|will miss|would miss|would notice) "
        "(?:you|him|her)",
    ),
    (
        "stable rock dump barn drain hole cave hospital tree asylum cage circus gutter jungle "
        "loony madhouse pit sewer swamp trees village ward zoo",
        "(?:crawl|crawled|crawls|climbed|climb|slithered|came|escaped|escape|run away|"
        "released|broke out) (?:back )?(?:out of|out from|from|under|into|to|down from|"
        "straight from|up from) (?:your |the |an? |some |that |their |which |whatever |under "
        ")?<1>(?:cave|hole|swamp|rock|sewer|gutter|trees?|jungle|barn|stable|zoo|asylum|"
        "madhouse|village|psych ward|mental hospital|circus|loony bin|cage|dump|drain|"
        "pit)(?! (?:and (?:my|the)|into my|onto the floor))",
    ),
    (
        "rock barn hole cave swamp village zoo",
        "(?:under|from) (?:which|what) (?:rock|hole|cave|swamp|village|zoo|barn)",
    ),
    (
        "rock barn hole cave asylum circus planet swamp village zoo",
        "(?:what|which) (?:rock|hole|cave|swamp|village|zoo|barn|circus|asylum|planet) did "
        "(?:you|he|she|they)",
    ),
    (
        "stable school dump barn hospital landfill asylum cage gutter institution kennel "
        "leash loony madhouse nuthouse pigs pigsty sewer ward zoo",
        f"(?:{YOU}|{_HE}|{SELLER}|place)(?: (?:all|people|guys|really|clearly))? (?:belongs?|"
        "is|should be kept|should sit|should live|should be locked|needs? to be) (?:up "
        ")?(?:in|with|at|on) (?:an? |the )?<1>(?:zoo|asylum|loony bin|madhouse|nuthouse|cage|"
        "barn|stable|pigsty|mental (?:hospital|institution|asylum)|psych ward|psychiatric "
        "(?:ward|hospital)|sewer|gutter|kennel|pigs|special school|institution|leash|"
        "landfill|dump)",
    ),
    (
        "hand hands & back wrong place bottom behind butt shoulders ass hips shoulder arse "
        "backside",
        r"hands? (?:\w+ ){0,2}(?:grow|grows|growing|grew|come|comes|coming|came|attached|"
        "sewn|screwed|stuck|planted) <1>(?:out of|from|to|on|in) (?:the |your |his |her |"
        "their |a )?<1>(?:wrong|ass|arse|backside|butt|shoulders?|place|back|behind|bottom|"
        "hips)",
    ),
    (
        "hands hooves",
        rf"(?:{_SUBJECT}|who|whose|with|fitter|packer)(?: \w+){{0,3}} (?:two left hands|hooves "
        "instead|both left hands|hooks for hands|hands like hooves|paws instead of hands)",
    ),
    (
        "crooked wonky",
        "(?:crooked|wonky)(?:-| )hand(?:ed|s) (?:people|master|fitter|worker|packer|seller|"
        "idiot|monkey|staff|lot|assembler)s?",
    ),
    (
        "dog animal beast wolf chained cow donkey goose hyena mutt pig snake",
        "(?:bark|barks|barked|barking|grunt|grunts|grunted|squeals?|howls?|bray|brays|"
        r"growls?|growled|oinks?|moos?|hiss(?:es|ed)?) (?:\w+ ){0,3}like an? (?:\w+ )?(?:dog|"
        "pig|donkey|animal|hyena|cow|goose|beast|mutt|snake|chained|wolf)",
    ),
    (
        "drunkard cavemen "
        "addict addicts alcoholic junkie junkies alcoholics alkies bum bums caveman convict "
        "convicts criminal criminals drunkards gorilla gorillas homeless hooker hookers "
        "killer killers prostitute prostitutes tramp tramps zombies",
        rf"(?:{_SUBJECT}|who)?(?: \w+)? ?(?:looks?|looked|looking|behaves?|behaved|dressed|"
        r"smells?) (?:and \w+ )?(?:like|as) (?:an? )?<1>(?:convicts?|criminals?|tramps?|"
        "drunkards?|drug addicts?|addicts?|junkies?|bums?|homeless|prostitutes?|hookers?|"
        "alcoholics?|alkies|gorillas?|cavem[ae]n|serial killers?|zombies)(?! (?:costume|mask|"
        "and i love|in (?:it|this|these)))",
    ),
    (
        "god nature biology evolution",
        "(?:mistake|accident|error|freak|joke|experiment|abortion|miscarriage) of (?:nature|"
        "god|evolution|biology)",
    ),
    (
        "living walking breathing",
        "(?:walking|living|breathing) (?:mistake|disaster|proof that|advert for|argument for|"
        r"reason for) (?:birth control|contraception|abortion|\w+)",
    ),
    (
        "nature",
        "nature (?:has )?(?:rested|was resting|took a (?:break|rest|day off)|made a mistake|"
        "played a)",
    ),
    (
        "argument",
        "(?:best )?argument for (?:birth control|contraception|abortion|condoms)",
    ),
    (
        "birth condoms contraception",
        "(?:reason|why) <3> (?:birth control|condoms|contraception) <3> (?:exists?|invented)",
    ),
    (
        "protection condom",
        "should have used (?:a )?(?:condom|protection)",
    ),
    (
        "bless",
        "bless (?:your|his|her|their) <1>(?:empty|tiny|little empty|simple|stupid) (?:little "
        ")?(?:heads?|brains?|minds?|souls?)",
    ),
    (
        "such people someone men women sellers scum & like",
        "(?:people|sellers|men|women|scum|someone|such) like you (?:should|shouldn't|don't|"
        "do not|deserve|are|make|need|must|belong|ruin|have no|can't|will never|end)(?! "
        "(?:very|great|awesome|the best|rare|amazing|why i|wonderful))",
    ),
    (
        "space air oxygen & you we others rest",
        "(?:air|oxygen|space) (?:that )?(?:the rest of us|we|others|you) (?:could|all|"
        "breathe|use|need|are wasting|waste)",
    ),
    (
        "oxygen",
        "(?:waste|wasting|stealing|stop wasting|using up) (?:our |the |good |valuable |my )?oxygen",
    ),
)
MILD = (
    (
        "intelligence intellect personality charm wit empathy",
        r"(?:intelligence|intellect|personality|charm|wit|empathy) of an? (?:\w+ )?\w+",
    ),
    (
        "teach taught",
        r"(?:teach|taught) (?:you|him|her|them|this \w+|that \w+) (?:how )?to (?:read|count|write|"
        "speak|think|talk|behave)(?! (?:with|and write))",
    ),
    (
        "lobotomy straitjacket "
        "medication medical treatment mental psychological therapist doctor jacket "
        "meds pills psychiatric psychiatrist psychologist shrink",
        rf"(?:{YOU}|he|she|they|{SELLER})(?: \w+){{0,4}} (?:needs?|should (?:see|visit|get|"
        "take|find|seek)|has to see|must see|go see|forgot|skipped|see|is off|stopped taking|"
        "are off|'re off|'s off) (?:to (?:see|visit) )?(?:an? |some |some kind of |his |her |"
        "your |their |urgent |a good |professional |mental |psychiatric )*(?:doctor|"
        "psychiatrist|shrink|psychologist|psychiatric help|psychological help|therapist|"
        "lobotomy|strait ?jacket|medication|meds|pills|treatment|mental help|medical "
        "help)(?! (?:for (?:my|it|the|pain)|note))",
    ),
    (
        "medication meds pills",
        "take your (?:pills|meds|medication)",
    ),
    (
        "doctor orderlies psychiatrist shrink",
        "(?:doctor|psychiatrist|orderlies|shrink),? (?:quickly |urgently )?for (?:the seller|"
        "this seller|this (?:man|woman|guy|lady)|him|her|you)",
    ),
    (
        "drinking smoking sniffing",
        f"(?:what|whatever) (?:are|is|was|were|have|has) {_SUBJECT} (?:been )?(?:smoking|"
        r"drinking|sniffing)(?=\W*(?:$|[?!.,]| (?:there|when|over)))",
    ),
    (
        "high something crack drunk drugs meth sober stoned weed",
        f"(?:are|is|were|was) {_SUBJECT}(?: all| guys| people)? (?:on (?:drugs|crack|meth|"
        r"something|weed)|drunk|stoned|sober|high)(?: or (?:what|something|just))?(?=\W*(?:$|"
        "[?!.,])| when| or)",
    ),
    (
        "drugs",
        "(?:tested|test|checked) for drugs",
    ),
    (
        "soul conscience dignity honor honour morals principles",
        rf"(?:{YOU}|{_HE}|{SELLER}|man|woman|people|person|guy)(?: \w+){{0,3}} (?:no|without|"
        rf"any|zero|lack|lacks|lost)(?: \w+){{0,2}} (?:conscience|principles|soul|honour|honor|"
        "morals|dignity)(?! (?:of me|at my))",
    ),
    (
        "lose loses kicked fired sacked unemployed",
        r"hope (?:you|he|she|they|your|the \w+)(?: \w+){0,4} (?:fired|sacked|lose (?:your|his|"
        "her|their) jobs?|loses (?:his|her) job|unemployed|kicked out)",
    ),
    (
        "shut",
        r"(?:just |please |oh )?shut up(?=\W*(?:$|[,.!]| and | already| you))(?! and take)",
    ),
    (
        "nobody",
        "(?:you are|you're|he is|he's|she is|she's) (?:an? )?(?:absolute |complete |total "
        r")?nobody(?=\W*(?:$|[.,!]))",
    ),
    (
        "chimp baboon "
        "goat animals monkeys ape apes baboons cavemen chimps clowns donkey donkeys goats "
        "gorilla gorillas monkey morons pigs vegetables zombies",
        "(?:packed|sold|written|designed|delivered|made|run|staffed|managed|sewn|assembled|"
        "answered|trained|built|installed|fitted|operated) by <3>(?:monkeys?|chimps?|apes?|"
        "donkeys?|goats?|pigs|animals|baboons?|gorillas?|morons|clowns|zombies|vegetables|"
        "cavemen)(?! (?:bars?|fist))",
    ),
    (
        "think head heads brain brains & do does did",
        "(?:do|did|does) (?:you|they|he|she|anyone there|anybody there)(?: people| guys| "
        "all)? (?:ever |even |sometimes |actually )?(?:think|use (?:your|their|his|her) "
        r"(?:brains?|heads?))(?=\W*(?:$|[?!])| (?:at all|there|before|sometimes|with))",
    ),
    (
        "gift talent & not know being doing knowing ruin",
        "(?:great|rare|real|special|remarkable|true) (?:talent|gift) (?:to|for|of) (?:not|"
        "know|knowing|doing|ruin|being)",
    ),
    (
        "gifted",
        "least gifted",
    ),
    (
        "competition championship contest olympics",
        "(?:contest|competition|olympics|championship) (?:of|for) (?:the )?(?:least|stupid|"
        "idiots|worst|dumbest)",
    ),
    (
        "genius geniuses einstein brainiac brainiacs einsteins",
        r"(?:local|resident|your|our|their|bunch of|you|these|some|what) (?:\w+ "
        ")?(?:geniuse?s|einsteins?|brainiacs?)(?! (?:bar|idea|product|design|kids?|level))",
    ),
    (
        "genius",
        "which genius",
    ),
    (
        "genius",
        "to the genius",
    ),
    (
        "grow",
        r"grow up(?=\W*(?:$|[,.!]| and (?:answer|reply|learn|refund|get|stop)))",
    ),
)

RULES = Rulebook(
    rules(Verdict.REJECT, MIND),
    rules(Verdict.REJECT, FAMILY),
    rules(Verdict.REJECT, SCHOOL),
    rules(Verdict.REJECT, LOOKS),
    rules(Verdict.REJECT, HYGIENE),
    rules(Verdict.REJECT, MANHOOD),
    rules(Verdict.REJECT, CAREER),
    rules(Verdict.HOLD, MILD),
)


class EnglishAttacks:
    """Rejects attacks on a person that need no insulting word; holds the mild ones."""

    name = "english_attacks"
    version = "1"
    description = "English attacks on somebody's mind, looks, family, origin, schooling or career."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each turn of speech that attacks somebody."""
        text = view(draft.comment)
        return [
            _finding(draft, rule.verdict, *text.place(*match.span()))
            for rule, match in RULES.matches(text.text)
        ]


def _finding(draft: Draft, verdict: Verdict, start: int, end: int) -> Finding:
    message = in_words_of(draft.language, *_MESSAGES[verdict])
    return Finding(
        reason=PolicyReason.PERSONAL_ATTACK, verdict=verdict, message=message, start=start, end=end
    )


_MESSAGES = {
    Verdict.REJECT: (
        "Выпады против человека не публикуются: напишите, что было не так с товаром или заказом.",
        "Attacks on a person are not published: please say what was wrong with the order.",
    ),
    Verdict.HOLD: (
        "Похоже на выпад против человека: отзыв сначала посмотрит модератор.",
        "This may be an attack on a person: a moderator will look at the review first.",
    ),
}
