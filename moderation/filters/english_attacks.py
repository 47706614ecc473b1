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
    "(?:mother|mum|mom|mama|mommy|mummy|momma|father|dad|parents|wife|husband|children|kids|child|son|daughter|family"
    "|grandmother|granny|grandma|sister)"
)
_BRAINS = r"(?:brains?|brain ?cells?|neurons?|gr[ae]y (?:matter|cells)|synapses?|cerebellum|intellect|iq)"
_BEASTS = (
    "(?:monkeys?|chimps?|chimpanzees?|apes?|donkeys?|goats?|goldfish(?:es)?|house ?plants?|plants?|bricks?|potato(?:es)?"
    "|amoebas?|hamsters?|parrots?|door ?knobs?|door ?mats?|stones?|rocks?|stools?|chairs?|chickens?|hens?|sheep|pigeons?"
    "|cows?|cactus|toasters?|kettles?|lamp ?posts?|turnips?|cabbages?|worms?|slugs?|snails?|dogs?|cats?|toddlers?)"
)
_EMPTY = "(?:nothing|sawdust|air|hot air|wind|straw|porridge|rocks|stones|concrete|cotton wool|empty|vacuum|void|mush|jelly|holes?)"

MIND = (
    ("brain brains", rf"(?:{_SUBJECT}|do|does|if) <3> (?:no|zero|without|any|half|a|lack|lacks|missing) <1> brains?(?! ?teaser)"),
    ("brain brains head heads", r"(?:(?:use|engage|turn on|switch on|start using|try using|plug in) (?:your|his|her|their) (?:brains?|heads?)|(?:rent|borrow|find|buy|get|grow) (?:yourself |yourselves |him |them )?(?:an? )?(?:new )?brains?)(?! (?:massage|band|gear|set|start|phone))"),
    ("brain brains", r"(?:switch|turn|switched|turned|plug|leave|left|lost|forgot|lose|park) <1> (?:your|his|her|their) brains?"),
    ("brain brains", r"(?:your|his|her|their) brains? (?:is|are|was|were|has|have|must|seems?|stopped|died|left|on|went|works?|doesn't|don't|didn't|never|would|could|fell|rotted|melted)"),
    ("brain brains pea walnut", r"(?:brains? of an? \w+|brains? the size of|size of an? (?:pea|walnut|peanut)|(?:pea|bird|lizard|shit|mush)(?:-| )?brain(?:s|ed)?|instead of (?:a )?brains?|where <2> brains? should be|brain(?:s)? (?:dead|damaged|missing|transplant|donor))"),
    ("brain neuron neurons braincell braincells cells cerebellum synapses synapse matter", rf"(?:one|two|half|half a|single|few|only|both|three|last|no|zero|any|share|shared|handful of|not enough|lack|enough) <3> (?:brain ?cells?|neurons?|cerebellum|synapses?|gr[ae]y matter)(?! (?:of )?(?:mine|my))"),
    ("spine cerebellum", r"reborn with|born without an? (?:spine|brain|cerebellum|conscience|heart)"),
    ("ears ear head heads skull skulls", rf"{_EMPTY} <2> (?:between|in|inside|behind) (?:the|your|his|her|their|those|that)(?: two)? (?:ears?|heads?|skulls?)"),
    ("head heads skull skulls", r"(?:(?:your|his|her|their|those|you) <1>(?:empty|hollow|thick|wooden|dumb|stupid)|empty|hollow|wooden|thick)(?:-| )(?:little |thick )?(?:heads?|headed|skulls?)(?! ?(?:phone|band|board|screw|nail))"),
    ("head heads skull", r"(?:dropped|drop|fell|fall|hit|banged|landed) <2> (?:on )?(?:your|his|her|their|the|its|both) (?:head|heads)(?! (?:off|hurts?)) ?(?:<3> (?:child|baby|birth|kid|infant|hospital|as)|\W*$|[.?!,])"),
    ("head heads", r"(?:something (?:is )?wrong|not right|sick|ill|soft|weak|wrong|touched|screw(?:s)? loose|not all there) (?:in|up in) (?:the|your|his|her|their) heads?"),
    ("head heads mind", r"(?:off|out of) (?:your|his|her|their) (?:head|heads|rocker|trolley|mind|minds|tree|meds|medication|tiny mind)s?"),
    ("head heads", r"heads? <3> (?:examined|checked by|up (?:your|his|her|their) (?:own )?(?:ass|arse|backside|butt|bottom)|only for (?:eating|a hat|hats|decoration|show)|just for (?:show|hats|decoration))|(?:certainly )?not for (?:his|her|your|their) heads?"),
    ("thinks think think thinking painting worked", r"(?:thinks?|thinking|thought|painting|works?|worked|writes?|packs?|packed|reads?) with (?:the|your|his|her|their) (?:other end|feet|ass|arse|butt|backside|behind|knees|elbows|bottom|rear)"),
    ("sharpest brightest smartest cleverest quickest bright sharp", rf"(?:{_SUBJECT}|guys?|folks|someone|whoever<4>)(?: \w+)? <4> (?:not|n't|hardly|never) <2> the (?:sharpest|brightest|smartest|cleverest|quickest) <2> (?:in|of|on|bulb|tool|knife|crayon|spark|star|pencil|spoon|light|bunch|out there)"),
    ("sharpest brightest smartest cleverest quickest", r"(?:not|hardly|never) <2> the (?:sharpest|brightest|smartest|cleverest|quickest) <3> (?:in|of|on) the <3>(?:shed|drawer|box|block|chandelier|sky|pack|tree|christmas tree)(?: ?,? (?:your|this|that|are|is) (?:[\w-]+ ){0,2}\w+|, (?:are|is) (?:you|he|she|they))"),
    ("lights nobody home upstairs", r"lights? (?:is|are|may be) on <2> (?:nobody|no one|no-one|noone) <2> home|(?:nobody|no one|nothing|not much|no-one) <1> (?:home )?upstairs"),
    ("short deck elevator lift", r"(?:few|couple of|one|two|three|several) (?:\w+ ){1,2}short of (?:an? )?\w+|playing with a full deck|(?:elevator|lift) (?:doesn't|does not|never) <3> top"),
    ("hamster wheel", r"hamster <4> (?:died|dead|asleep|gone|stopped|ran away|on strike|sleeping)|wheel is (?:spinning|turning) <2> hamster"),
    ("iq", r"(?:room(?:-| )temperature|single(?:-| )digit|double(?:-| )digit|low|negative|zero|combined|total|your|his|her|their) iqs?|iqs? (?:of an? <1>\w+|below|under|lower|less|smaller|equal|is (?:about|around|lower|below|close)|level with|like an? \w+|the size|(?:matches|equals) (?:your|his|her|their|the))"),
    ("monkey monkeys chimp chimps chimpanzee ape apes donkey goat goldfish houseplant houseplants plant plants brick bricks potato amoeba hamster parrot doorknob stool chair stone rock chicken toaster dog cat cactus cow", rf"(?:an? |my |our )(?:[\w-]+ ){{0,2}}{_BEASTS} (?:could|would|can|has|had|have|is|knows?|knew|understands?|shows?|writes?|reads|will)(?: \w+){{0,4}} (?:better|more|smarter|cleverer|brighter|faster) (?:job|than (?:you|him|her|them|this|that|these|those|your|the)|service|sense|brains?|manners|answers?|customer|grasp|understanding|intelligen\w+|competen\w+|help\w*|seller|manager)"),
    ("monkey monkeys chimp chimps ape apes parrot goldfish houseplant brick potato dog", rf"{_BEASTS} (?:could|would|can|will) <2> (?:do|run|replace) <1> (?:your|his|her|their|this) (?:job|shop|work|store|staff|support|manager)"),
    ("met seen spoken talked houseplants bricks potatoes", rf"(?:i've|i have|have) (?:met|seen|known|spoken to|talked to|had|dealt with) <2> {_BEASTS} (?:with|smarter|cleverer|more|that|who|brighter|better)"),
    ("smarter cleverer brighter intelligent brains sense manners wiser", rf"(?:smarter|cleverer|brighter|more intelligent|wiser|better educated|more (?:brains|sense|manners|intelligence|empathy)|better manners|higher iq|less stupid) than (?:you(?!r (?:average|typical|usual|standard))|(?:all )?(?:of )?you|him|her|them|that \w+|this (?:guy|seller|man|woman|lot)|(?:the|your|their|this|that) (?:whole |entire )?{SELLER})(?! (?:think|expect|would|might))"),
    ("born", rf"(?:were|was|are) {_SUBJECT}(?: all)? (?:just |simply |really )?(?:born|dropped|made|raised|hatched) (?:<1>(?:slow|stupid|dumb|idiots?|this|that|like this|like that|yesterday|in a barn|dim|thick|an? )|<4>\?)"),
    ("born", r"(?:some|others|people|such people|you|he|she|they) (?:are|were|was|is) (?:just |simply )?born (?:like that|that way|stupid|dumb|slow|without|by mistake|an accident|a mistake|idiots?|with two left)"),
    ("darwin evolution genes gene breed reproduce multiply selection sterilized sterilised castrated", rf"darwin (?:award|would|was|must|is|wants)|evolution <2> (?:skipped|forgot|stopped|passed|missed|went|failed|left|backwards)|natural selection|(?:gene|genetic) (?:pool|waste|garbage|trash|accident)|(?:should|must|can|could) (?:not|never|n't) (?:be allowed to )?(?:breed|reproduce|multiply|have (?:kids|children))|(?:{YOU}|{_HE}|such|such people)(?: \w+){{0,3}} (?:should|must|ought to|need to) be (?:sterili[sz]ed|castrated|neutered)"),
    ("missing darwin stone caveman caves cave", r"the missing link|missing link between|(?:still )?(?:lives?|living|live|came|straight|stuck|crawled|climbed) (?:in|out of|from) (?:the|a) (?:stone age|caves?|trees?)"),
    ("dictionary", r"(?:your|his|her|their) (?:photo|picture|face|name|portrait) <3> (?:in the dictionary|next to the word)"),
    ("glue eat ate crayons sniffing", r"(?:eat|eats|ate|eating|sniff|sniffs|sniffing) (?:glue|crayons|paint)(?: \w+){0,3} (?:school|child|kid|kindergarten|breakfast|lunch|again|there)|(?:you|he|she|they|sellers?) <3> (?:eat|ate|eats|sniffs?) (?:glue|crayons)"),
)
FAMILY = (
    ("mother mum mom mama mommy mummy momma father dad parents wife husband children kids child son daughter family grandmother granny grandma sister", rf"{_YOUR} <1>{_FAMILY} (?:must|should|would|will|can|has to|is|are) <2> (?:be |feel )?(?:<2>(?:proud|ashamed|crying|cry|spinning|sorry for|turning in|embarrassed|disappointed|regret|regrets|hate|hates))(?! of (?:this|it|the))"),
    ("mother mum mom mama parents father dad", rf"{_YOUR} <1>{_FAMILY} (?:should've|should have|must have|ought to have|never|forgot to|failed to|didn't|did not) (?:been |be )?(?:taught?|teach|raised?|raise|swallowed|aborted?|abort|dropped|drop|used|kept|told|beaten|beat|spanked|slapped|love|loved|drank|drunk|smoked|brought|bring|hugged|finish|warn|warned)"),
    ("mother mum mom mama parents", rf"(?:did|didn't|does|has|hasn't|do|don't) {_YOUR} <1>{_FAMILY} <2> (?:teach|taught|raise|drop|tell|told|love|know|drink|smoke|beat|find|feed)"),
    ("raised brought upbringing reared taught manners", rf"who (?:raised|brought up|reared|bred|taught) (?:you|him|her|them|these)|(?:raised|brought up|reared|grew up|bred) (?:by|in|on|among|with) (?:an? |the )?(?:wolves|animals|pigs|barn|zoo|pigsty|stable|cave|sewer|street|streets|gutter|jungle|farm animals|apes|monkeys|dump|dogs)|(?:no|normal|lack of|zero|better|proper) (?:home )?upbringing|(?:nobody|no one|no-one) (?:ever )?(?:taught|raised|brought up) (?:you|him|her|them)|{_YOUR} upbringing"),
    ("pity sorry feel poor", rf"(?:pity|feel sorry for|sorry for|feel for|condolences to|sympathise with|sympathize with) {_YOUR} <1>{_FAMILY}(?: (?:of|who|living|that))?|i pity (?:you|him|her|them)(?=\W*(?:$|[.,!]| (?:really|people|all|and)))|(?:poor|unlucky) (?:{_FAMILY}) (?:who|that) (?:lives?|has to|have to|married|gave)"),
    ("wife husband girlfriend boyfriend", r"(?:your|his|her) (?:wife|husband|girlfriend|boyfriend|man|woman) (?:has |have |must have )?(?:left|leaves|ran away|run away|ran off|dumped|cheats|cheated|divorced|beats|sleeps|hates|run)|no wonder (?:your|his|her) (?:wife|husband|girlfriend|kids|children|man)|(?:nobody|no one|no man|no woman|who) <2> (?:married|marry|marries|love|loves|loved|wants|want|date|kiss|miss|misses) (?:you|him|her)(?! (?:to|with))"),
    ("disgrace shame embarrassment waste", rf"(?:disgrace|shame|embarrassment|insult|stain|blot) (?:to|of|for|on) (?:{_YOUR} <1>(?:{_FAMILY}|country|nation|profession|sex|name|gender|species)|the (?:human race|human species|species|profession|family|entire human race|gene pool)|humanity|humankind|mankind|womankind)|(?:waste|waster|thief|stealer) of (?:<1>oxygen|<1>sperm|skin|human skin|breath|air(?! (?:conditioning|freshener))|a human|human flesh|human life|a birth)|(?:you are|you're|he is|she is|he's|she's|they are|they're|seller is) (?:such )?an? (?:complete |total |utter |absolute |real )?(?:waste of (?:space|time and space)|disgrace|embarrassment|disappointment to)"),
    ("son sons daughter children child", r"(?:sons?|daughters?|children|child|offspring) of (?:an? |the )?(?:goats?|dogs?|pigs?|donkeys?|whores?|bitch(?:es)?|jackals?|swine|satan|devil|rat|sheep|monkeys?|ass)"),
    ("human humanity people person man humans", rf"(?:not|n't|hardly|barely|never|call (?:your|him|her|them)sel(?:f|ves)|half) (?:even |really |a |an )?(?:human|humans|human beings?|people but|a person but)(?! (?:error|hair|size|touch|rights|resources|voice|contact|sized|made))|(?:excuse|apology|imitation|parody|caricature) (?:for|of) an? (?:human(?: being)?|man|woman|person|mother|father|manager|seller|courier|professional|shop assistant|driver|owner)|(?:worthless|miserable|pathetic|useless|rotten|disgusting|vile|bad|horrible|terrible|lousy|evil|nasty|despicable|hateful|wretched) (?:little )?(?:human(?: being)?s?|piece of (?:human|meat|filth)|soul|individuals?|creatures?|specimens?)"),
    ("disgust disgusts sick puke vomit", r"(?:you|your kind|people like you|he|she|they)(?: \w+)? (?:all )?(?:disgust|disgusts|revolt|repulse|nauseate|sicken)s? (?:me|us|everyone)|you (?:all |people |guys )?make me (?:sick|puke|vomit|want to (?:puke|vomit|throw up)|retch)"),
)
SCHOOL = (
    ("back school kindergarten nursery village farm grade cave jungle zoo", r"(?:go|goes|going|went|send|sent|run|crawl|get|belongs?|return|crawls?) (?:him |her |them |yourself |the (?:lot|whole lot) )?(?:back|home|straight|right)? ?(?:back )?(?:to|into|under|in) (?:your |the |his |her |their |a |some |that )?<2>(?:school(?! (?:in|with|on|bag|tomorrow|today|this|wearing|year|shopping|after|and (?:he|she|they|the)))|kindergarten|nursery|first grade|grade one|year one|village|cave|jungle|zoo|barn|stable|kennel|circus|sewer|hole|swamp|gutter|rock you|trees?|mother's womb|mummy|special school|asylum|madhouse|loony bin|nuthouse|mental hospital|psych ward|cage|pigsty|sty|stone age|collective farm|aul|mountains?)(?! (?:supplies|uniform|season))"),
    ("finish finished graduate graduated school grade grades diploma degree licence license education class classes", rf"(?:did|have|has|do) {_SUBJECT} (?:even |ever |actually |really )?(?:finish|finished|graduate|attend|attended|been to|go to|gone to|pass|complete|completed|went to|got) <2> (?:school|grade|education|university|college|kindergarten|class)|(?:where|which shop|how much) (?:did|do|does) {_SUBJECT} (?:get|buy|find|win|steal|pay for|print) (?:your|his|her|their) (?:diplomas?|degrees?|education|licen[cs]es?|driving licen[cs]e|drivers? licen[cs]e|certificate)|(?:bought|printed|won|found|got) (?:your|his|her|their) (?:diploma|degree|licen[cs]e|driving licen[cs]e|education|certificate) <2> (?:in|at|from|on|off)"),
    ("school grade class lessons maths math biology primary illiterate geography", rf"(?:{_SUBJECT}|who|that)(?: \w+){{0,3}} (?:never|didn't|did not|barely|hardly|failed|skipped|slept through|dropped out of|flunked|bunked off|missed|failure at|failure in) (?:to )?(?:went to |finish(?:ed)? |attend(?:ed)? |see |saw |set foot in |get past |got past |pass(?:ed)? |complete(?:d)? |made it (?:past|through) |all |every )?(?:<1>(?:school|grade|class(?:es)?|lessons?|kindergarten|biology|maths?|physics|geography|spelling|an? book))|(?:school|education|kindergarten) drop ?outs?|(?:two|three|four|five|2|3|4|5) (?:classes|grades|years) of (?:school|education|primary|parish)|failure at school|repeated (?:first|second|third|the same) (?:grade|class|year)"),
    ("learn read count letters alphabet", rf"(?:go|go back|should|must) (?:and |to |you )?learn(?:t|ed)? (?:how )?to (?:read|count|write|spell|think|speak|talk|tie)(?! with| and write with| music)|(?:{YOU}|{SELLER}|he|she|they) (?:clearly |obviously |apparently |probably |still )?(?:can't|cannot|can not|never learned to|never learnt to|is unable to|are unable to|don't know how to|doesn't know how to) (?:even )?(?:read(?! (?:our|my|the (?:small|label|text|manual|order))) ?(?:or|and) (?:write|count)|tie (?:your|his|her|their) (?:own )?(?:shoe|lace)\w*|spell (?:your|his|her|their) (?:own )?names?|count to (?:two|three|ten|five))|(?:know|knows|learn|learned) (?:the|only|half) <2>(?:alphabet|letters) <2> (?:you|he|she|they|dear)"),
)
LOOKS = (
    ("face mug teeth looks figure voice nose hair", r"with (?:a|that|such|such a|an|her|his|your|those|these) <2>(?:face|mug|teeth|looks|figure|nose|snout|gob|physiognomy|appearance)(?: like (?:that|yours|hers|his|this|a \w+))?,? <2>(?:no wonder|should|you|work|she|he|scare|for radio|people|one|i'd|it's|better|nobody|stay|go|sit|hide|in a)(?! (?:cream|mask|wash))"),
    ("face mug snout", r"(?:face|mug|snout|head) (?:like|of|that looks like) (?:an? )?<2>(?:horse|pig|bulldog|arse|ass|butt|shovel|toad|frog|rat|monkey|boot|pug|potato|brick|slapped|goat|criminal|convict|drunk|alcoholic|murderer|rapist|hippo|pancake|lemon|gargoyle|dropped|squashed|baboon|orc|troll|witch|moose|donkey)|face (?:for radio|only a mother|that would|that could|scares?|you want to|begging for|asking for)|(?:face|eyes) (?:only )?a mother|(?:your|his|her|their) (?:ugly|fat|stupid|dumb|smug|greasy|filthy|hairy|lying|disgusting|pimply|spotty|wrinkled|idiotic|rat|pig|piggy|horse|drunken|unwashed|cross-eyed|bald|empty|dirty|thieving) (?:little |old |fat )?(?:faces?|mugs?|heads?|bod(?:y|ies)|mouths?|ass(?:es)?|arses?|snouts?|brains?|selves|self|smile|belly|bellies|necks?|jowls|noses?|trap|skulls?|butts?|paws|hooves)"),
    ("mirror", r"(?:you|he|she|they|seller|courier|look|looked|looks|seen|buy|need|needs|get|find) (?:ever |a |yourself |yourselves |himself |herself |him |her |them )?(?:looked |look |seen |seeing )?(?:yourself |himself |herself |good look )?(?:in|into|at|a|an) (?:the|a|yourself in the) (?:mirror|yourself) ?(?:<2>(?:you|madam|lady|first|lately|before|and|dear)|\W*[?!])"),
    ("teeth hair belly nails moustache chin accent lisp", r"did you (?:see|notice) (?:her|his|their) (?:<1>)?(?:teeth|hair|face|belly|nose|legs|moustache|nails|figure|eyes)|(?:her|his|your) (?:face|voice|manners|belly|teeth|breath)(?: is| are|,)? (?:like|as) an? <2>\w+,? (?:her|his|your) (?:manners|face|hair|teeth|voice|brain)|(?:triple|double|three|four|five) chins?|(?:her|his|your) (?:moustache|unibrow|warts?|snaggle ?teeth|bald patch)"),
    ("fat thin ugly old lose weight diet eating obese", r"(?:lose|drop) some weight|(?:you|he|she|they|courier|driver|seller|manager|woman|man) (?:\w+ ){0,2}(?:so|too) (?:fat|ugly|obese|old and ugly|hideous)(?! to (?:fit|wear))|too fat to (?:walk|climb|get|bend|move|reach|lift|carry|come|go)|stuff(?:ing|ed|s)? (?:your|his|her|their) (?:fat |ugly )?(?:face|mouth|gob|faces|cheeks)|(?:old (?:hag|bag|bat|fart|crone)|(?:ugly|fat) (?:old )?(?:hag|cow|witch|crone|pig|sow|bastard|slob|lump|whale|bitch))(?! (?:costume|mask|feed|bell|toy|hat))"),
    ("shut", r"shut (?:your|ya|yer|that|his|her|their) <2>(?:mouths?|faces?|gobs?|traps?|pie ?holes?|cake ?holes?|snouts?|beaks?)(?! (?:of|with))"),
    ("eyes profile photo", r"such (?:eyes|faces?|a face|people) <2> (?:only|belong|without conscience)|(?:people|man|woman|person|creatures?) (?:without|with no) (?:any )?(?:conscience|soul|brains?|heart)"),
    ("blind eyes eye", r"(?:eyes|eye) (?:in|on|at|grow(?:ing)? (?:from|on)) (?:your|his|her|their) (?:ass|arse|backside|butt|back|behind|bottom)|(?:open|wipe|rub|screw|buy|use|wash) (?:your|his|their) (?:damn |bloody |fucking |stupid |blind |piggy )?eyes,? (?:you|people|seller)"),
)
HYGIENE = (
    ("wash shower bath soap deodorant toothbrush toothpaste stink stinks stank smell smells smelled reeks reek smelt", rf"(?:{YOU}|he|she|{SELLER})(?: \w+)? (?:stinks?|stank|smells?|smelled|smelt|reeks?|reeked) (?:like|worse than|as bad as) (?:an? |the |you )?<2>(?:goats?|pigs?|pigsty|tramps?|bums?|homeless|sewers?|toilets?|skunks?|horses?|stables?|dogs?|monkeys?|fish|corpses?|dead|barns?|garbage|trash|dump|donkeys?|zoo|cats?|polecat|never|haven't|hasn't)|you (?:all |guys |people )?(?:stink|reek)(?! of)|(?:go|have|take|get|try|needs?|should (?:try|take|have)|discover|invent) (?:and )?(?:(?:a|some|taking a|having a) )?(?:shower|bath|wash|wash yourself|soap|deodorant) <3>(?:before you|for once|first|sometimes|once (?:a|in)|my friend|mate|man|dude|you)|wash (?:yourself|yourselves|himself|herself|your (?:ass|arse|feet|mouth|armpits?|neck|ears))|(?:never|ever|doesn't|didn't|hasn't|haven't|don't|not) (?:heard of|heard about|know what|discovered|seen|use|used|invented|met) <1>(?:soap|deodorant|a shower|toothpaste|a toothbrush|shampoo)(?! (?:dish|holder|this))|brush (?:your|his|her) teeth (?:you|before you|before (?:he|she|talking|speaking)|first|once)|when did you last wash"),
    ("unwashed", r"unwashed (?:<1>)?(?:pigs?|crowd|bunch|peasants?|animals?|seller|courier|driver|mob|lot|people|apes?|creature)"),
)
MANHOOD = (
    ("man men manhood balls pair spine real", r"(?:not|n't|never) (?:even )?(?:an? )?(?:real )?(?:man|men)(?! (?:made|in|from|at|who|size|sized|only|enough to carry|'s|’s|of (?:his|their) word|and|or|i|we|for))(?=\W*(?:$|[.,!?]))|(?:you |he |they )?calls? (?:your|him|them)sel(?:f|ves) (?:an? )?(?:real )?(?:man|men|professionals? you)|are you (?:even |really )?(?:an? )?(?:man|men) (?:or|at all|\?)|real m[ae]n (?:don't|doesn't|do not|would|wouldn't|keep|keeps|answer|answers)|what an? <1>(?:achievement|shame|accomplishment) for an? (?:grown |real |adult )?man|grow (?:a pair|some balls|a spine|some|a backbone)|(?:no|without|have the|got the) (?:balls|cojones)(?! (?:of wool|included|in|for|are|were|came|left))|like a (?:coward|little girl|scared little)"),
    ("dick penis manhood pecker willy cock", r"(?:tiny|small|little|micro|short|limp|shrivelled) (?:dick|penis|manhood|pecker|willy|cock|prick|member)(?! (?:francis|whittington|tracy))|(?:size|length) of (?:your|his) (?:dick|penis|manhood|pecker|willy|cock|member)|compensat\w+ for (?:something|your|his|a small)"),
    ("impotent virgin virgins eunuch mummy mama mommy basement", r"(?:you|he|she|they|seller|sellers|manager|courier)(?: \w+){0,3} (?:impotents?|eunuchs?|virgins?(?! (?:oil|olive|wool|coconut|mary))|castrato)|(?:mummy|mommy|mama|mamma|mum|mom|mother)'s (?:little )?boys?|(?:still )?liv(?:es?|ing) (?:with|at|off) (?:your|his|her|their) (?:mum|mom|mother|mummy|mommy|mama|parents)|(?:mum|mom|mother|mama|mummy|mommy|parents)['’]?s?['’]? basement|from (?:your|his) (?:basement|bedroom)"),
)
CAREER = (
    ("hire hired job jobs employ life", r"(?:nobody|no one|no-one|who|nowhere) (?:else )?(?:would|will|wants to|could|wanted to) (?:ever )?(?:hire|employ|give|take|need|want|marry) (?:you|him|her|them)(?! (?:a (?:refund|discount|better)|to))|(?:real|proper|normal|honest|decent) job(?=\W*(?:$|[.,!?;])| (?:like|for|instead|and stop|you|somewhere|than))|get a life(?! ?time)|get lives|(?:find|get|look for|seek|try|choose) (?:your ?self |him ?self |her ?self )?(?:another|a different|a real|a proper|a new|some other) (?:job|profession|line of work|career|occupation)(?! (?:lot|for me))|(?:only|hired|job) (?:hired |employed |got |there )?because (?:he|she|you) (?:is|are|was|'s|slept|slept with|'re) (?:with|somebody's|someone's|the boss's|the owner's|the nephew|his|her|a relative)"),
    ("sweep sweeping mop herd herding milk milking shovel shovelling dig scrub clean cleaning flip feed wipe wash graze carry plough", r"(?:go|go and|better|should|belongs?|must|should be|only good (?:for|to)|fit (?:only )?(?:for|to)|rather|could only|only|trust(?:ed)? (?:you|him|her|them) to|place is|can't even) (?:be |to |at |and |with |you )?(?:sweep|sweeping|mop|mopping|herd|herding|milk|milking|shovel|shovelling|dig|digging|scrub|scrubbing|clean|cleaning|flip|flipping|feed|feeding|wipe|graze|grazing|plough|carry|wash|washing) (?:the |out |up |some |your )?(?:streets?|floors?|toilets?|goats?|cows?|sheep|pigs?|manure|dung|ditch(?:es)?|potatoes|stables?|yards?|burgers|barns?|shit|sewers?|pigsty|public)(?! (?:with|faster|easily|using))"),
    ("wonder that's why", r"no wonder (?:you|he|she|they)(?:'re| are| is| have| has| had|'s|'ve)? (?:only |just |still |all )?(?:sell|sells|selling|work|works|working|ended|end up|nobody|no one|poor|single|alone|divorced|fat|lonely|unemployed|deliver|delivers|delivering|no friends|live|lives|angry at|never (?:married|made)|failed|fat|stuck)"),
    ("achievement accomplished amounted life failed failure friends nobody lonely", r"(?:never|won't|will never|you'll never|haven't) (?:amount|amounted) to (?:anything|much|nothing)|(?:your|his|her|their) (?:sad|pathetic|miserable|little|empty|lonely|sorry|worthless|boring|useless) (?:little |empty |pathetic |lonely |miserable |sorry )*(?:life|lives|existence|careers?|souls?)|(?:you|he|she|they|who)(?: \w+){0,4} (?:have |has |with |has got |got )(?:no|neither) (?:life|friends|personal life|life and|love)|failures? (?:in life|at everything|at life|as a (?:human|man|woman|person|parent))|(?:failed|fail) (?:at|in) life|what an achievement|(?:peak|height|best|most|highlight|top|biggest achievement|pinnacle) of (?:your|his|her) (?:career|life|achievements?|abilities|intellect)|(?:nobody|no one|no-one) (?:loves|likes|needs|will miss|would miss|would notice) (?:you|him|her)"),
    ("crawled crawl escaped climb climbed swamp hole rock", r"(?:crawl|crawled|crawls|climbed|climb|slithered|came|escaped|escape|run away|released|broke out) (?:back )?(?:out of|out from|from|under|into|to|down from|straight from|up from) (?:your |the |an? |some |that |their |which |whatever |under )?<1>(?:cave|hole|swamp|rock|sewer|gutter|trees?|jungle|barn|stable|zoo|asylum|madhouse|village|psych ward|mental hospital|circus|loony bin|cage|dump|drain|pit)(?! (?:and (?:my|the)|into my|onto the floor))|(?:under|from) (?:which|what) (?:rock|hole|cave|swamp|village|zoo|barn)|(?:what|which) (?:rock|hole|cave|swamp|village|zoo|barn|circus|asylum|planet) did (?:you|he|she|they)"),
    ("belong belongs place", rf"(?:{YOU}|{_HE}|{SELLER}|place)(?: (?:all|people|guys|really|clearly))? (?:belongs?|is|should be kept|should sit|should live|should be locked|needs? to be) (?:up )?(?:in|with|at|on) (?:an? |the )?<1>(?:zoo|asylum|loony bin|madhouse|nuthouse|cage|barn|stable|pigsty|mental (?:hospital|institution|asylum)|psych ward|psychiatric (?:ward|hospital)|sewer|gutter|kennel|pigs|special school|institution|leash|landfill|dump)"),
    ("hands arms hand", rf"hands? (?:\w+ ){{0,2}}(?:grow|grows|growing|grew|come|comes|coming|came|attached|sewn|screwed|stuck|planted) <1>(?:out of|from|to|on|in) (?:the |your |his |her |their |a )?<1>(?:wrong|ass|arse|backside|butt|shoulders?|place|back|behind|bottom|hips)|(?:{_SUBJECT}|who|whose|with|fitter|packer)(?: \w+){{0,3}} (?:two left hands|hooves instead|both left hands|hooks for hands|hands like hooves|paws instead of hands)|(?:crooked|wonky)(?:-| )hand(?:ed|s) (?:people|master|fitter|worker|packer|seller|idiot|monkey|staff|lot|assembler)s?"),
    ("bark barks barked barking grunt grunts squeal squeals howl bray brays growl growls oink", r"(?:bark|barks|barked|barking|grunt|grunts|grunted|squeals?|howls?|bray|brays|growls?|growled|oinks?|moos?|hiss(?:es|ed)?) (?:\w+ ){0,3}like an? (?:\w+ )?(?:dog|pig|donkey|animal|hyena|cow|goose|beast|mutt|snake|chained|wolf)"),
    ("convict convicts criminal tramp drunk drunkard homeless junkie junkies addict", rf"(?:{_SUBJECT}|who)?(?: \w+)? ?(?:looks?|looked|looking|behaves?|behaved|dressed|smells?) (?:and \w+ )?(?:like|as) (?:an? )?<1>(?:convicts?|criminals?|tramps?|drunkards?|drug addicts?|addicts?|junkies?|bums?|homeless|prostitutes?|hookers?|alcoholics?|alkies|gorillas?|cavem[ae]n|serial killers?|zombies)(?! (?:costume|mask|and i love|in (?:it|this|these)))"),
    ("spawn mistake accident nature", r"(?:mistake|accident|error|freak|joke|experiment|abortion|miscarriage) of (?:nature|god|evolution|biology)|(?:walking|living|breathing) (?:mistake|disaster|proof that|advert for|argument for|reason for) (?:birth control|contraception|abortion|\w+)|nature (?:has )?(?:rested|was resting|took a (?:break|rest|day off)|made a mistake|played a)"),
    ("contraception condom condoms abortion birth", r"(?:best )?argument for (?:birth control|contraception|abortion|condoms)|(?:reason|why) <3> (?:birth control|condoms|contraception) <3> (?:exists?|invented)|should have used (?:a )?(?:condom|protection)"),
    ("bless heads", r"bless (?:your|his|her|their) <1>(?:empty|tiny|little empty|simple|stupid) (?:little )?(?:heads?|brains?|minds?|souls?)"),
    ("kind people", r"(?:people|sellers|men|women|scum|someone|such) like you (?:should|shouldn't|don't|do not|deserve|are|make|need|must|belong|ruin|have no|can't|will never|end)(?! (?:very|great|awesome|the best|rare|amazing|why i|wonderful))"),
    ("oxygen air", r"(?:air|oxygen|space) (?:that )?(?:the rest of us|we|others|you) (?:could|all|breathe|use|need|are wasting|waste)|(?:waste|wasting|stealing|stop wasting|using up) (?:our |the |good |valuable |my )?oxygen"),
)
MILD = (
    ("doctor psychiatrist shrink psychologist therapist lobotomy straitjacket medication meds pills treatment shrink", rf"(?:{YOU}|he|she|they|{SELLER})(?: \w+){{0,4}} (?:needs?|should (?:see|visit|get|take|find|seek)|has to see|must see|go see|forgot|skipped|see|is off|stopped taking|are off|'re off|'s off) (?:to (?:see|visit) )?(?:an? |some |some kind of |his |her |your |their |urgent |a good |professional |mental |psychiatric )*(?:doctor|psychiatrist|shrink|psychologist|psychiatric help|psychological help|therapist|lobotomy|strait ?jacket|medication|meds|pills|treatment|mental help|medical help)(?! (?:for (?:my|it|the|pain)|note))|take your (?:pills|meds|medication)|(?:doctor|psychiatrist|orderlies|shrink),? (?:quickly |urgently )?for (?:the seller|this seller|this (?:man|woman|guy|lady)|him|her|you)"),
    ("smoking drugs drug crack high drunk sober stoned", rf"(?:what|whatever) (?:are|is|was|were|have|has) {_SUBJECT} (?:been )?(?:smoking|drinking|sniffing|taking|on)(?=\W*(?:$|[?!.,]| (?:there|when|over)))|(?:are|is|were|was) {_SUBJECT}(?: all| guys| people)? (?:on|high|drunk|stoned|smoking|sober)(?: (?:drugs|crack|something|meth|or (?:what|something|just)|weed|glue|when))?(?=\W*(?:$|[?!.,])| when| or)|(?:tested|test|checked) for drugs"),
    ("conscience principles soul honour honor morals", rf"(?:{YOU}|{_HE}|{SELLER}|man|woman|people|person|guy)(?: \w+){{0,3}} (?:no|without|any|zero|lack|lacks|lost)(?: \w+){{0,2}} (?:conscience|principles|soul|honour|honor|morals|dignity)(?! (?:of me|at my))"),
    ("fired job sack sacked", r"hope (?:you|he|she|they|your|the \w+)(?: \w+){0,4} (?:fired|sacked|lose (?:your|his|her|their) jobs?|loses (?:his|her) job|unemployed|kicked out)"),
    ("shut", rf"(?:just |please |oh )?shut up(?=\W*(?:$|[,.!]| and | already| you))(?! and take)"),
    ("nobody", r"(?:you are|you're|he is|he's|she is|she's) (?:an? )?(?:absolute |complete |total )?nobody(?=\W*(?:$|[.,!]))"),
    ("by", r"(?:packed|sold|written|designed|delivered|made|run|staffed|managed|sewn|assembled|answered|trained|built|installed|fitted|operated) by <3>(?:monkeys?|chimps?|apes?|donkeys?|goats?|pigs|animals|baboons?|gorillas?|morons|clowns|zombies|vegetables|cavemen)(?! (?:bars?|fist))"),
    ("brain brains think thinking head", r"(?:do|did|does) (?:you|they|he|she|anyone there|anybody there)(?: people| guys| all)? (?:ever |even |sometimes |actually )?(?:think|use (?:your|their|his|her) (?:brains?|heads?))(?=\W*(?:$|[?!])| (?:at all|there|before|sometimes|with))"),
    ("talent gifted genius geniuses einstein einsteins", r"(?:great|rare|real|special|remarkable|true) (?:talent|gift) (?:to|for|of) (?:not|know|knowing|doing|ruin|being)|least gifted|(?:contest|competition|olympics|championship) (?:of|for) (?:the )?(?:least|stupid|idiots|worst|dumbest)|(?:local|resident|your|our|their|bunch of|you|these|some|what) (?:\w+ )?(?:geniuse?s|einsteins?|brainiacs?)(?! (?:bar|idea|product|design|kids?|level))|which genius|to the genius"),
    ("grow up", r"grow up(?=\W*(?:$|[,.!]| and (?:answer|reply|learn|refund|get|stop)))"),
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

    name = "english-attacks"
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
