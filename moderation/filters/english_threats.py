"""English threats, veiled ones and wishes of harm too. Courts and banks are no threats."""

from moderation.english_aim import SELLER, YOU, Rulebook, rules
from moderation.language import in_words_of
from moderation.text import view
from moderation.types import Draft, Finding, PolicyReason, Verdict

_I = (
    r"(?:i|we|me and my \w+|my (?:brothers?|husband|friends?|boys|guys|lads|mates|"
    "cousins?|dad|father|son|sons|uncle))"
)
_SOMEONE = (
    "(?:someone|somebody|anyone|anybody|people|they|one day someone|god|i hope someone|"
    "i hope somebody|i hope they)"
)
_WILL = (
    "(?:'ll|will|would|'d|am going to|'m going to|are going to|gonna|'m gonna|going to|"
    "am gonna|want to|wanna|could|can|shall"
    "|should|'d love to|would love to|'d like to|would like to|just want to|swear "
    "i(?:'ll| will)|promise to|might|may|must"
    "|am ready to|'m ready to|'m about to|am coming to|'m coming to|intend to|have to|"
    "ought to|needs? to|has to|is going to)"
)
_HARM = (
    "(?:kill|murder|shoot|stab|strangle|choke|beat|punch|smash|hit|slap|bury|hang|drown|"
    "crush|hurt|skin|gut|bash|kick|whack"
    "|knock|destroy|slaughter|butcher|wring|lynch|whip|flog|burn|torture|headbutt|deck|"
    "batter|thrash|execute|poison|run over"
    "|beat up|cripple|k1ll|off|dismember|decapitate|rape)"
)
_THE_ONE = (
    rf"(?:{YOU}|that|this|the|these|those|your)(?: (?:all|guys|people|stupid|fucking|"
    r"bloody|damn|little|whole|lying"
    rf"|useless|lazy|every|one|entire|bastard|idiot|so-called))* ?(?:{SELLER}|bastards?|"
    r"scum|scumbags?|idiots?|morons?|assholes?"
    r"|one who|guy|man|woman|person|thie(?:f|ves)|crooks?|liars?|bitch(?:es)?|rats?|who)"
)
_BODY = (
    "(?:legs?|arms?|necks?|faces?|teeth|skulls?|fingers?|bones?|heads?|hands?|nose|noses|"
    "jaws?|throats?|knees?|knee ?caps?|ribs?"
    "|ass(?:es)?|arses?|balls|eyes?|tongues?|ears?|guts|spine|backs?|brains?|hearts?|hooves)"
)
_PLACE = (
    "(?:shops?|stores?|warehouses?|offices?|houses?|homes?|cars?|windows?|garages?|"
    "place|building|kiosk|van|stall|door|tyres?|tires?|flat|apartment|depot|showcase|"
    "dump|den|pick-?up point)"
)
_YOUR = rf"(?:your|ur|his|her|their|this|that|the|the {SELLER}'s|that {SELLER}'s|all of your)"
_WEAPON = (
    "(?:bat|baseball bat|gun|knife|rifle|shotgun|axe|hammer|crowbar|pistol|chainsaw|"
    "machete|brick|bricks|molotov|petrol|gasoline|matches"
    "|noose|rope|pitchfork|stick|club|bomb|grenade|shovel|belt|brothers?|friends|boys|"
    "guys|lads|mates|dogs?|kalashnikov)"
)

VIOLENCE = (
    (
        "kill murder shoot stab strangle choke beat punch smash hit slap bury hang drown "
        "crush hurt gut bash kick whack knock destroy slaughter butcher wring lynch whip flog "
        "burn torture headbutt deck batter thrash execute poison over cripple dismember "
        "decapitate rape & you u ya that this the these those your whoever one",
        rf"(?:{_I}|{_SOMEONE})(?: \w+){{0,2}} ?{_WILL}(?: \w+){{0,2}} {_HARM}(?: (?:up|the "
        "(?:crap|shit|hell|life|living daylights|soul) out of|some sense into))? (?:whoever|"
        rf"the one (?:who|that)|{YOU}(?!rs?\b)(?! (?:up (?:with|on)|with (?:a )?(?:chargeback|"
        f"claim|complaint|negative|bad|dispute)|in the wallet))|{_THE_ONE})",
    ),
    (
        "shoot kill behead lynch murder stab strangle",
        "(?:gonna|going to|will|'ll|want to|wanna) (?:kill|murder|shoot|stab|strangle|behead|"
        f"lynch) (?:{YOU}(?!r)|{_THE_ONE})",
    ),
    (
        "leg legs arm arms neck necks face faces teeth skull skulls finger fingers bone bones "
        "head heads hand hands nose noses jaw jaws throat throats knee knees kneecap kneecaps "
        "rib ribs ass asses arse arses balls eye eyes tongue tongues ear ears guts spine back "
        "backs brain brains heart hearts hooves cap caps & break smash cut rip tear knock "
        "bash kick snap twist chop pull punch rearrange slit wring crush burn beat poke gouge "
        "saw have get",
        f"(?:(?:{_I}|{_SOMEONE}) ?{_WILL}|you deserve to|i want to|just want to|gonna|"
        rf"i'll)(?: \w+){{0,2}} (?:break|smash|cut|rip|tear|knock|bash|kick|snap|twist|chop|"
        "pull|punch|rearrange|slit|wring|crush|burn|beat|poke|gouge|saw|have|get)(?: off| "
        f"out| in)? (?:your|ur|his|her|their|both your|(?:the|that|this|your) {SELLER}'s) "
        f"<2>{_BODY}",
    ),
    (
        "cut break broken ripped chopped smashed torn",
        f"(?:your|his|her|their|{SELLER}'s) {_BODY} (?:will|should|would|must|are going to|"
        "need to|deserves? to) (?:get |be )?(?:broken|cut|chopped|torn|ripped|smashed|"
        "break)(?! by the)",
    ),
    (
        "cut broken ripped chopped hacked torn",
        r"(?:hands?|arms?|fingers?) (?:should|must|ought to|need to|deserve to) be (?:\w+ "
        ")?(?:cut|chopped|torn|ripped|broken|hacked)(?: off)?",
    ),
    (
        "cut break rip hack tear chop",
        "(?:tear|cut|chop|rip|hack|break) (?:off )?(?:the |your |his |their )?(?:hands|arms|"
        "fingers)(?: off)? (?:of|for|to) (?:the |such|people|whoever|those|this|that|who)",
    ),
    (
        "burn torch blow fire set bomb smash trash demolish wreck raze vandalise vandalize "
        "egg break throw & shop shops store stores warehouse warehouses office offices house "
        "houses home homes car cars window windows garage garages place building kiosk van "
        "stall door tyre tyres tire tires flat apartment depot showcase dump den point",
        rf"(?:{_I}|{_SOMEONE}|should|will|to|i'll|gonna)(?: \w+)? ?(?:{_WILL})?(?: \w+){{0,2}} "
        "?(?:burn(?: down)?|torch|blow up|set fire to|set|bomb|smash(?: up)?|trash|demolish|"
        r"wreck|raze|vandali[sz]e|egg|come and (?:burn|smash|trash)|break|throw \w+ (?:at|"
        rf"through)) (?:down )?(?:every |all |each )?(?:{_YOUR} (?:\w+ )?)?{_PLACE}(?: you own| of "
        "yours)?(?! (?:down )?(?:by itself|if (?:you|it)))",
    ),
    (
        "ambulance coffin hearse bag",
        "(?:leaves?|leaving|go|goes|home) in an? (?:ambulance|coffin|hearse|body bag)",
    ),
    (
        "swallow eat chew choke drink & make",
        "(?:i'll|i will|gonna|going to) (?:personally )?make (?:you|him|her|them) (?:swallow|"
        "eat|chew|"
        "choke|drink)",
    ),
    (
        "way",
        rf"on (?:their|our|my|the) way to your (?:\w+ )?{_PLACE}",
    ),
    (
        "brick",
        "brick <2> (?:through|in|into|to|at) (?:your|his|her|their|the) <1>(?:windows?|"
        "showcase|face|head|shop|car|teeth)",
    ),
    (
        "fire broken burn accidentally burned burnt keyed slashed smashed torched & house "
        "windows car shop legs window leg garage warehouse tire tires tyre tyres windscreen",
        "(?:your|his|their) (?:windows?|tyres?|tires?|car|legs?|shop|house|garage|warehouse|"
        r"windscreen)(?: \w+)? (?:will|might|may|could|is going to|are going to|gets?) (?:be |"
        "get )?(?:broken|smashed|slashed|burn(?:ed|t)?|on fire|keyed|catch fire|torched|"
        "accidentally)",
    ),
    (
        "come coming & house windows family kids car head throat tires tyres",
        "(?:coming|come) for (?:your|ur) (?:tires|tyres|car|house|kids|head|family|windows|throat)",
    ),
    (
        "down sleep shot beating burned punch bullet kicking killed beaten burnt castrated "
        "crucified deserve drowned executed flogged gassed hanged hung lynched punched "
        "skinned slap slapped smack stoned strung thrashing tortured whipped & all be should "
        "most both she needs people he everyone u wants everybody whoever ya firm reps "
        "deserves ought scum yall ye yous",
        f"(?:{YOU}|{SELLER}|all of you|people like you|people like this|such people|scum like "
        rf"you|he|she)(?: \w+){{0,2}} (?:should|ought to|must|need to|needs to|deserves? to|"
        r"deserve|have to|wants to) (?:all )?(?:be |get |to be )?(?:\w+ly )?(?:shot|hanged|"
        "hung|beaten|killed|burned|burnt|whipped|flogged|castrated|drowned|stoned|executed|"
        "put down|put to sleep|strung up|gassed|skinned|tortured|slapped|punched|lynched|"
        "crucified|a (?:good )?(?:beating|slap|punch|kicking|bullet|thrashing|whipping|"
        "smack))",
    ),
    (
        "down shot killed castrated executed flogged gassed hanged & should",
        "they should (?:all )?be (?:shot|killed|executed|castrated|flogged|hanged|gassed|put down)",
    ),
    (
        "bullet bullets",
        "(?:one|a|my|the|only|save a|every|each) bullets? (?:is|for|in|to|with|would|will|"
        "has)(?! ?(?:point|journal|proof))<4>",
    ),
    (
        "bullet",
        "bullet (?:in|to|through|between) (?:your|his|her|their|the) (?:head|eyes|skull|"
        "brain|knee)",
    ),
    (
        "headstones tombstones "
        "tombstone headstone "
        "last cemetery coffin coffins funeral funerals grave graves hearse morgue "
        "plot testament wreath & buy write order pay start choose ordering pick "
        "book dig measure reserve digging prepare",
        "(?:dig|digging|order|ordering|prepare|pick|choose|measure|buy|book|reserve|pay for|"
        "start on|write) (?:yourself |yourselves |him |her )?(?:your |a |an |the |his |her |"
        "their )?(?:own )?(?:coffins?|graves?|headstones?|tombstones?|funerals?|wreath|plot "
        "at the|place (?:at|in) the (?:cemetery|morgue)|hearse|last will|will and testament)",
    ),
    (
        "coffin funeral grave obituary tombstone",
        "(?:your|his|their) (?:own )?(?:coffin|grave|funeral|tombstone|obituary)",
    ),
    (
        "gun kalashnikov pistol rifle shotgun",
        "(?:have|got|own|bought|still have|cleaning) (?:a |my |an? old |his |my old "
        ")?(?:hunting rifle|rifle|shotgun|gun|pistol|kalashnikov)(?= ?(?:and (?:i|know|your|"
        "a)|you|for you|too|at home|,|[.!]|$))",
    ),
    (
        "stick friends guys dog axe bomb brother knife matches bat brick club dogs rope belt "
        "boys bricks brothers chainsaw crowbar gasoline grenade gun hammer kalashnikov lads "
        "machete mates molotov noose petrol pistol pitchfork rifle shotgun shovel & at go see "
        "back show come drive turn drop outside coming visiting visit",
        "(?:come|coming|visit|visiting|drop by|be (?:at|outside|back)|see you|show up|turn "
        rf"up|drive (?:over|down|to)|go) (?:\w+ ){{0,6}}with (?:a |my |an |some |two |three |"
        f"the |few |a few |a can of |a couple of |couple of )*{_WEAPON}",
    ),
    (
        "axe bat gun machete rifle shotgun",
        r"(?:i have|i've got|i still have|got) (?:a |an |my )(?:\w+ )?(?:bat|gun|rifle|"
        "shotgun|axe|machete) (?:and|with) (?:your|i know|nothing)",
    ),
    (
        "face mouth head heads ass neck socket arse arses asses backside backsides grave "
        "mouths throat throats & put stuff stick force ram push feed shove",
        rf"(?:{_I}) ?{_WILL}(?: \w+){{0,2}} (?:put|shove|stick|stuff|ram|push|feed|force)(?: "
        rf"\w+){{0,6}} (?:down|up|in|into|on) (?:your|his|her|their) (?:\w+ )?(?:throats?|"
        "ass(?:es)?|arses?|backsides?|socket|mouths?|face|own socket|grave|neck|heads?)",
    ),
    (
        "fire knife bullet fist",
        "put (?:a )?(?:knife|bullet|fist|fire) (?:into|in|through|to) (?:you|him|her|them|"
        "your|the seller)",
    ),
    (
        "axe knife bullet fist hammer",
        "(?:knife|bullet|fist|axe|hammer) (?:into|in|through|to) (?:you(?!r hand)|your "
        "(?:back|heart|face|head|throat|ribs|gut|belly)|his (?:face|head|back)|the seller)",
    ),
)
WARNINGS = (
    (
        "wife house where family kids car mother children floor school address building plate "
        "adress entrance street & got your which see she found her exactly he goes his looked "
        "figured learn live knows sleep walk lives checked discovered learned track googled "
        "park sleeps ur learnt parked parks study traced tracked",
        "(?:know|knows|found|find|found out|learn|learned|learnt|got|have|tracked|track|"
        "checked|looked up|googled|see|figured out|traced|discovered) (?:out )?(?:exactly "
        ")?(?:where (?:you|u|he|she|your (?:kids|children|family|wife|mother|parents|car)|"
        r"they) (?:\w+ )?(?:lives?|sleeps?|works?|goes? to school|park|parks|is parked|study|"
        "are|stays?|walk)|(?:your|ur|his|her) (?:home )?(?:adress|address|house|street|car|"
        "number ?plate|kids|children|family|wife|school|mother)(?! (?:is|was|in the|on the|"
        "label|field|book|from the|wrong))|which (?:street|school|house|car|entrance|"
        "building|floor) (?:you|he|she|your))",
    ),
    (
        "get find deal come reach track catch hunt & well me will we ll going down her u him "
        "gonna ill brother ya father mates",
        rf"(?:{_I})(?: \w+)? ?(?:'ll|will|am going to|'m going to|'m gonna|gonna|can|swear "
        r"i'll|promise i'll) (?:\w+ )?(?:find|hunt|track|catch|get to|get at|reach|hunt down|"
        "come after|come for|deal with) (?:you|u|ya|him|her)(?! (?:a |an |the |out of|in "
        "court|another|some|helpful|useful|on (?:trust|facebook to)))(?: down)?",
    ),
    (
        "way come coming",
        rf"(?:{_I})(?:'ll| will|'m| am)?(?: \w+)? (?:coming|come|on my way) (?:for|after|to "
        "(?:get|find|see|visit|your (?:house|home|office|shop|door|place)|you)) ?(?:you|u|"
        "your|him|her|house|soon|tonight)?",
    ),
    (
        "watch mind guard & back step backs",
        "(?:watch|mind|guard) (?:your|ur|his|her) (?:back|backs|step(?= ?(?:seller|,|[.!]|"
        "$)))(?! (?:pocket|pack|garden|yard|support|ache|pain|door|this|it|the|when|while|if|"
        "with|as|lifting))",
    ),
    (
        "sleep sleeping",
        "(?:sleep|sleeping) with (?:one|an|both) eyes? open",
    ),
    (
        "shoulders shoulder",
        "(?:look|looking|looks) over (?:your|his) shoulders?(?! (?:bag|strap))",
    ),
    (
        "head",
        "eyes in the back of your head",
    ),
    (
        "sorry regret rue",
        "(?:you|he|she|they|you guys|you all|seller)(?:'ll| will|'re going to| are going to| "
        r"gonna|'re gonna)(?: \w+)? (?:regret|be sorry|rue) (?:the day|ever (?:\w+ing)|"
        "cheating|taking|stealing|ripping|messing|that you|being born|crossing|what you|"
        "scamming|lying|for what|meeting|your (?:birth|words|rudeness))",
    ),
    (
        "wish pay sorry regret beg bleed suffer crawl cry & make",
        r"make (?:you|him|her|them|sure you|sure he|sure they) (?:all )?(?:\w+ )?(?:pay|"
        "regret|sorry|suffer|cry|bleed|beg|crawl|wish you)(?! (?:for|the) (?:the )?(?:return|"
        "shipping|postage|delivery|return postage|refund))",
    ),
    (
        "pay & life teeth health lives blood tears",
        "pay (?:for (?:this|it|that) )?(?:in|with) (?:your )?(?:blood|life|lives|health|"
        "teeth|tears)",
    ),
    (
        "deal wish answer coming meet yours beg bleed scream crawl cry deserve weep & will ll "
        "youll",
        "you(?:'ll| will) (?:all )?(?:wish you were never|wish you had never|wish you'd "
        "never|beg for|crawl|bleed|answer to me|deal with me|get what you deserve|get what's "
        "coming|get yours|meet my|weep|scream|cry blood)",
    ),
    (
        "coming",
        "(?:what's|what is) coming to (?:you|him|her|them)",
    ),
    (
        "ever everyone "
        "hope next wait hands dog meet catch bump everybody whoever hired spit bloke "
        "gentleman pray & we won run let everyone teeth beat dont dark hit sorry till legs "
        "kill firm alley boys chap fellows smash street",
        "(?:if|when|once|wait till|wait until|hope|pray|better hope|next time) (?:i|we) "
        "(?:ever |don't |never |do )?(?:meet|catch|see|find|run into|get (?:my|our) hands on|"
        f"get hold of|bump into|spot) (?:you|him|her|this {SELLER}|that {SELLER}|the {SELLER}|"
        "this|that)(?! (?:price|product|in stock|again in (?:stock|the shop)|item|brand))(?: "
        rf"\w+){{0,8}}(?:alley|dark|street|night|alone|you won't|won't be|break|punch|slap|"
        "kill|smash|hit|sorry|spit|beat|teeth|legs|face|run|god help|hospital|let the dog)",
    ),
    (
        "back night dark & see meet catch",
        "(?:meet|see|catch) (?:you|him|her) in (?:a|the|some) (?:dark|back|night)",
    ),
    (
        "hands",
        "get my hands on (?:you|him|her|whoever|this (?:guy|seller)|the (?:guy|man|one|"
        "seller|person|idiot|bastard))",
    ),
    (
        "home house car door porch doorstep entrance gate & see",
        r"see you (?:\w+ )?(?:at|by|near|outside) (?:your|the) (?:\w+ )?(?:gate|door|house|"
        "home|entrance|warehouse gate|doorstep|porch|car)",
    ),
    (
        "karma",
        "karma is slow",
    ),
    (
        "counted numbered",
        "(?:your|his) (?:days|hours|minutes) (?:are|is) (?:numbered|counted)",
    ),
    (
        "bye farewell goodbye",
        "say (?:goodbye|bye|farewell) to (?:your|ur) (?:kids|car|family|life|teeth|legs|"
        "knees|knee ?caps|house|wife|shop|children|windows|mother|health)",
    ),
    (
        "better & go show look come run running watch hope move leave change sleep walk lock "
        "meet hide pray praying",
        "(?:you(?:'d| had)?|he) better (?:start |all )?(?:run|running|pray|praying|hide|not "
        "(?:walk|sleep|go out|show|meet|come|leave)|never (?:walk|sleep|go out|show|meet|"
        "leave|come)|look (?:behind|over)|watch|hope (?:i|we|you never|he|nobody)|sleep|lock|"
        "move|change (?:your|address))",
    ),
    (
        "run & can",
        "(?:you can|can) run (?:but|and)",
    ),
    (
        "run & while",
        "run while you",
    ),
    (
        "start & running praying",
        "start (?:running|praying)",
    ),
    (
        "pray",
        r"pray (?:that )?(?:i|we|you|to god) (?:don't|never|won't|do not)(?: \w+)? (?:meet|"
        "find|see|catch|come)",
    ),
    (
        "night alone dark evening & be go being going sleep walk walking",
        r"(?:never|not|don't|careful|dangerous|should not|shouldn't)(?: \w+)? (?:walk(?:ing)?|"
        r"go(?:ing)?|be(?:ing)?|sleep|walk home|go home) (?:\w+ ){0,3}(?:alone|at night|in "
        r"the dark|after dark|in the evening)(?=[^.!?]{0,30}(?:seller|dear|friend|,|\W*$))",
    ),
    (
        "wait waiting & your after by outside behind near dark door tonight entrance exit gate",
        "wait(?:ing)? for (?:you|him|her) (?:outside|tonight|after work|after dark|in the "
        "dark|near|by the|behind|at (?:your|the (?:gate|door|exit|entrance)))",
    ),
    (
        "alone",
        "(?:kids|children|wife|daughter|son|family) (?:walks?|goes?|go) (?:home |to school )?alone",
    ),
    (
        "anything things something accident accidents & you store her people house windows "
        "family kids car health him business shop window warehouse",
        r"(?:something|anything|things|accidents?)(?: \w+)? (?:might|could|may|will|can|would|"
        "happens?|happened) (?:happen )?(?:to )(?:you|your (?:shop|store|car|house|warehouse|"
        "family|kids|health|business|windows?)|him|her|such people|people like)",
    ),
    (
        "sad funny shame pity",
        "(?:shame|pity|sad|funny) if (?:something|anything|your|someone|a fire|they had|he "
        "had|she had|it (?:all )?(?:burn|caught))",
    ),
    (
        "careful burn shame accident pity flammable",
        r"nice (?:family|car|house|shop|kids|children|wife|windows|warehouse)(?: \w+){0,6} "
        "(?:pity|shame|careful|accident|flammable|burn)",
    ),
    (
        "suddenly accidentally",
        r"(?:your|ur) (?:\w+ )?(?:accidentally|suddenly) (?:catch|catches|burn|burns|fall|"
        "falls|explode)",
    ),
    (
        "accidents",
        "accidents (?:do )?happen",
    ),
    (
        "six bag intensive ditch forest hospital concrete grave morgue river trunk wheelchair",
        r"(?:you'd|you would|he'd|you|he)(?: \w+){0,3} (?:already |now |soon )?(?:be |end up |"
        "wake up |land |find yourself |lie |lying |be lying )(?:in|under) (?:an? |the "
        ")?(?:hospital|intensive care|wheelchair|morgue|ditch|river|grave|body bag|six feet|"
        "trunk|forest|concrete|bin bag)",
    ),
    (
        "those people guys men sellers scum & get should found end usually live die disappear "
        "wind deserve",
        r"(?:people|guys|sellers|men|those|scum|such people) like you (?:\w+ ){0,2}(?:end up|"
        "get|disappear|don't live|die|are found|deserve|should be|wind up|usually)",
    ),
    (
        "walk walking walks",
        "(?:doesn't|don't|can't|never|won't|not) (?:be able to )?walk(?:s|ing)? (?:any ?more|"
        "again|straight)(?=[^.!?]{0,3}(?:[.!?]|$| after))",
    ),
    (
        "teach",
        "teach (?:you|him|her|them|this seller|the seller|these people|that courier) (?:all "
        ")?a (?:good |proper |painful |hard )?lesson",
    ),
    (
        "dog dogs",
        r"(?:set|let|release|unleash)(?: \w+){0,3} dogs? (?:on|at|after|go and|loose)(?: "
        r"\w+)* ?(?:you|him|her|them|courier|driver|seller)?",
    ),
    (
        "people friends guys boys brothers connections relatives & find deal handle care talk "
        "sort explain visit",
        r"(?:i have|i've got|we have|i know|got)(?: \w+){0,2} (?:friends|people|guys|"
        r"brothers|boys|connections|relatives)(?: \w+){0,5} (?:deal with|take care of|talk "
        "to|visit|explain|find|handle|sort) (?:to )?(?:you|people like you|him|her|them|"
        "things|such)",
    ),
    (
        "dead finished toast",
        "(?:you|u|ur|u r|he|seller|sellers)(?:'re| are| r|'s| is)? (?:so |all |already |a |"
        r"as good as )*(?:dead (?:men?|meat|to rights|person|soon)|dead(?=\W*(?:$|[,.!]| "
        r"(?:if|when|i|because|wait)))|toast(?=\W*$)|finished(?=\W*$)|a dead man)",
    ),
    (
        "walking",
        "dead man walking",
    ),
    (
        "list",
        "next on (?:my|the) list",
    ),
    (
        "hell miserable nightmare misery",
        "make (?:your|his|her|their) (?:whole |entire )?(?:life|lives) (?:a |into "
        ")?(?:living )?(?:hell|nightmare|misery|miserable)",
    ),
    (
        "hell",
        "(?:life|lives) (?:will|is going to) (?:be|become|turn into) (?:a )?(?:living )?hell",
    ),
    (
        "courtmy methods court lawyer lawyers police",
        "(?:skip|forget|no need for|instead of|not going to|won't) (?:the |a |any )?(?:court|"
        r"police|lawyers?)(?: \w+){0,4}(?:own hands|myself|my way|other methods|different "
        "methods|personally)",
    ),
    (
        "hands methods justice",
        "(?:my|our) own (?:hands|methods|way of justice)",
    ),
    (
        "hands",
        "take (?:justice|matters|the law|it) into (?:my|our) own hands",
    ),
)
WISHES = (
    (
        "wish hope hoping wishing pray praying",
        f"(?:hope|wish|hoping|wishing|pray|praying)(?: that| to god| to see)? (?:{YOU}|u|you "
        f"all|all of you|every one of you|your <3>|this {SELLER}|the {SELLER}|that {SELLER}|"
        f"{SELLER}|whoever<4>|the (?:one|person|guy|man|woman)<4>|someone|somebody|the same|"
        "he|she|they|everyone (?:there|at))(?: (?!not|don't|never|won't|doesn't|didn't|"
        rf"cannot|can't|no)[\w'’]+){{0,6}} (?:die|dies|died|dead|death|cancer|choke|chokes|"
        "choked|rot|rots|suffer|suffers|crash|crashes|drown|drowns|bleed|bleeds|starve|"
        "starves|blind|paraly[sz]ed|tumou?r|stroke|heart attack|aids|run over|hit by|break "
        "(?:your|his|her|their)|breaks (?:his|her)|homeless|in hell|hell|grave|hospital|"
        "electrocuted|same pain|burn in|burns in|burn (?:down|alive)|burns down|beaten|"
        "robbed|raped|buried|in pain|agony|misery|miserable|diarrhoea|diarrhea|rabies|plague|"
        "leprosy|fire)(?! (?:of (?:laughter|happiness)|for it))",
    ),
    (
        "dead",
        "drop dead(?! (?:gorgeous|beautiful|fred|line|easy|simple|date))",
    ),
    (
        "yourself selves urself yourselves",
        "(?:go|go and|just|please|should|better|don't you|favou?r and|now) (?:kill|hang|"
        "shoot|unalive|neck|drown|off|poison|strangle) (?:yourself|urself|yourselves|your "
        "?selves)",
    ),
    (
        "hang kill neck unalive",
        r"(?<!will\s)(?<!'ll\s)(?<!could\s)(?<!can\s)(?<!might\s)(?<!to\s)(?<!or\s)(?:kill|"
        r"hang|unalive|neck) (?:yourself|urself|yourselves)(?=\W*(?:$|[.,!?]| (?:please|"
        "seller|already|you|for)))",
    ),
    (
        "kys",
        r"\bkys\b",
    ),
    (
        "die",
        r"(?:go|just|please|all|better|should(?: all)?|now) (?:and )?die(?=\W*(?:$|[,.!]| "
        "(?:in|already|you|alone|of|slowly|please|and)))",
    ),
    (
        "shoot hang bury drown",
        "go (?:and )?(?:hang|drown|shoot|bury) (?:yourself|yourselves)",
    ),
    (
        "throw jump leap",
        "(?:please|go|go and|just|you should|should|better) (?:jump|throw yourself|leap) "
        "(?:off|out of|out|under|from|in front of|into) (?:an? |the |of the )?(?:nearest "
        ")?(?:bridge|cliff|window|roof|train|balcony|bus|lake|well)(?! (?:and|game|set))",
    ),
    (
        "traffic",
        "play in (?:the )?traffic",
    ),
    (
        "favor favour",
        "do (?:the world|us all|everyone|humanity|everybody) a favou?r(?: and)?",
    ),
    (
        "die",
        "die (?:in a (?:fire|ditch|hole)|alone|slowly|in pain|of (?:cancer|shame|aids)|"
        "already|you)",
    ),
    (
        "choke",
        r"choke on (?:it|this|that|my|your|them|those|these)(?=\W*(?:$|[,.!]| (?:money|refund|"
        r"cash|\d+|fake|scissors|profit|rubles|pounds|dollars|you|stuff|junk|points|parcel|"
        "own))) ?",
    ),
    (
        "burn boil fry roast rot",
        "(?:rot|burn|roast|fry|boil) (?:all )?(?:of you )?in (?:hell|jail|prison|the ground|"
        "your grave|eternal|a grave)",
    ),
    (
        "hell",
        r"(?:special |warm |reserved )?place (?:for \w+ )?in hell(?: (?:for|waiting))?",
    ),
    (
        "hell",
        "hell (?:is waiting|awaits)",
    ),
    (
        "hell",
        "see you in hell",
    ),
    (
        "hell",
        "straight to hell",
    ),
    (
        "curse",
        "(?:i |we )?curse (?:you|your (?:family|children|shop|house|kids|business)|this "
        "seller|the seller|him|her|them)",
    ),
    (
        "cursed",
        r"(?:be|are) (?:\w+ )?cursed(?=\W*(?:$|[,.!]| (?:you|seller|for|with|to)))(?! (?:item|"
        "object|product))",
    ),
    (
        "may & never same dry pain fall burn hell die ruined choke itch lonely suffer curse "
        "cursed fleas punish punished rot starve strike wither",
        "may (?:you|your (?:family|children|kids|hands?|house|shop|teeth|business|life|wife|"
        "mother|hair)|god|all your)(?: (?!not|like|want|need|find|also|have to|be (?:able|"
        r"interested|surprised|lucky|different)|well)[\w'’]+){0,5} (?:rot|die|suffer|choke|"
        "burn|fall off|wither|punish(?:ed)?|cursed?|same|starve|pain|hell|fleas|itch|fall "
        "out|never|lonely|ruined|strike|dry up)",
    ),
    (
        "damn",
        r"damn you(?=\W*(?:$|[,.!]| (?:all|people|seller|and|guys|to))) ?",
    ),
    (
        "damn punish strike",
        "god (?:will )?(?:damn|punish|strike) (?:you|them|him|her|this seller)",
    ),
    (
        "plague",
        "plague (?:on|upon) (?:you(?!r delivery)|your (?:house|family|shop|both))",
    ),
    (
        "may & you your seller whoever devil",
        r"(?:^|(?<=[.!?\n]\s)|(?<=[.!?\n]))may (?:you|your|all your|the seller|the devil|"
        "whoever)(?! (?:also|have|want|need|find|be (?:able|interested|lucky|happy|blessed|"
        "wondering|healthy|well)|god|live|prosper|grow|succeed|keep|continue|always|not|"
        "notice|like|business|shop (?:live|prosper|grow|flourish)|shop's|hands (?:never|be|"
        "not)|get (?:everything|all)|and your family (?:be|live|prosper|have)|experience|see|"
        r"use|think|even|as well|just|or may))(?: [\w'’]+){1,}",
    ),
    (
        "cancer",
        "(?:get|catch|die of|deserve|deserves|have) cancer(?= ?(?:,|[.!]|$| (?:you|and|all|"
        "seller)))",
    ),
)

RULES = Rulebook(
    rules(Verdict.REJECT, VIOLENCE),
    rules(Verdict.REJECT, WARNINGS),
    rules(Verdict.REJECT, WISHES),
)


class EnglishThreats:
    """Rejects threats and wishes of harm to a person."""

    name = "english_threats"
    version = "1"
    description = (
        "English threats, open and veiled, and wishes of harm; not legal or consumer steps."
    )
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each threat."""
        text = view(draft.comment)
        return [
            _finding(draft, rule.verdict, *text.place(*match.span()))
            for rule, match in RULES.matches(text.text)
        ]


def _finding(draft: Draft, verdict: Verdict, start: int, end: int) -> Finding:
    message = in_words_of(
        draft.language,
        "Угрозы и пожелания зла не публикуются.",
        "Threats and wishes of harm are not published.",
    )
    return Finding(
        reason=PolicyReason.THREAT, verdict=verdict, message=message, start=start, end=end
    )
