"""English threats, veiled ones and wishes of harm too. Courts, banks and complaints are no threats."""

from moderation.english_aim import SELLER, YOU, Rulebook, rules
from moderation.language import in_words_of
from moderation.text import view
from moderation.types import Draft, Finding, PolicyReason, Verdict

_I = "(?:i|we|me and my \\w+|my (?:brothers?|husband|friends?|boys|guys|lads|mates|cousins?|dad|father|son|sons|uncle))"
_SOMEONE = "(?:someone|somebody|anyone|anybody|people|they|one day someone|god|i hope someone|i hope somebody|i hope they)"
_WILL = (
    "(?:'ll|will|would|'d|am going to|'m going to|are going to|gonna|'m gonna|going to|am gonna|want to|wanna|could|can|shall"
    "|should|'d love to|would love to|'d like to|would like to|just want to|swear i(?:'ll| will)|promise to|might|may|must"
    "|am ready to|'m ready to|'m about to|am coming to|'m coming to|intend to|have to|ought to|needs? to|has to|is going to)"
)
_HARM = (
    "(?:kill|murder|shoot|stab|strangle|choke|beat|punch|smash|hit|slap|bury|hang|drown|crush|hurt|skin|gut|bash|kick|whack"
    "|knock|destroy|slaughter|butcher|wring|lynch|whip|flog|burn|torture|headbutt|deck|batter|thrash|execute|poison|run over"
    "|beat up|cripple|k1ll|off|dismember|decapitate|rape)"
)
_THE_ONE = (
    rf"(?:{YOU}|that|this|the|these|those|your)(?: (?:all|guys|people|stupid|fucking|bloody|damn|little|whole|lying"
    rf"|useless|lazy|every|one|entire|bastard|idiot|so-called))* ?(?:{SELLER}|bastards?|scum|scumbags?|idiots?|morons?|assholes?"
    r"|one who|guy|man|woman|person|thie(?:f|ves)|crooks?|liars?|bitch(?:es)?|rats?|who)"
)
_BODY = (
    "(?:legs?|arms?|necks?|faces?|teeth|skulls?|fingers?|bones?|heads?|hands?|nose|noses|jaws?|throats?|knees?|knee ?caps?|ribs?"
    "|ass(?:es)?|arses?|balls|eyes?|tongues?|ears?|guts|spine|backs?|brains?|hearts?|hooves)"
)
_PLACE = "(?:shops?|stores?|warehouses?|offices?|houses?|homes?|cars?|windows?|garages?|place|building|kiosk|van|stall|door|tyres?|tires?|flat|apartment|depot|showcase|dump|den|pick-?up point)"
_YOUR = rf"(?:your|ur|his|her|their|this|that|the|the {SELLER}'s|that {SELLER}'s|all of your)"
_WEAPON = (
    "(?:bat|baseball bat|gun|knife|rifle|shotgun|axe|hammer|crowbar|pistol|chainsaw|machete|brick|bricks|molotov|petrol|gasoline|matches"
    "|noose|rope|pitchfork|stick|club|bomb|grenade|shovel|belt|brothers?|friends|boys|guys|lads|mates|dogs?|kalashnikov)"
)

VIOLENCE = (
    ("kill murder shoot stab strangle choke beat punch smash hit slap bury hang drown crush hurt skin gut bash kick whack knock destroy slaughter butcher wring lynch whip flog burn torture batter thrash execute poison cripple rape over off deck", rf"(?:{_I}|{_SOMEONE})(?: \w+){{0,2}} ?{_WILL}(?: \w+){{0,2}} {_HARM}(?: (?:up|the (?:crap|shit|hell|life|living daylights|soul) out of|some sense into))? (?:whoever|the one (?:who|that)|{YOU}(?!rs?\b)(?! (?:up (?:with|on)|with (?:a )?(?:chargeback|claim|complaint|negative|bad|dispute)|in the wallet))|{_THE_ONE})"),
    ("kill murder shoot stab strangle", rf"(?:gonna|going to|will|'ll|want to|wanna) (?:kill|murder|shoot|stab|strangle|behead|lynch) (?:{YOU}(?!r)|{_THE_ONE})"),
    ("break smash cut rip tear knock bash kick snap twist chop pull punch rearrange slit wring stuff shove stick crush burn beat poke gouge saw", rf"(?:(?:{_I}|{_SOMEONE}) ?{_WILL}|you deserve to|i want to|just want to|gonna|i'll)(?: \w+){{0,2}} (?:break|smash|cut|rip|tear|knock|bash|kick|snap|twist|chop|pull|punch|rearrange|slit|wring|crush|burn|beat|poke|gouge|saw|have|get)(?: off| out| in)? (?:your|ur|his|her|their|both your|(?:the|that|this|your) {SELLER}'s) <2>{_BODY}"),
    ("broken broke break", rf"(?:your|his|her|their|{SELLER}'s) {_BODY} (?:will|should|would|must|are going to|need to|deserves? to) (?:get |be )?(?:broken|cut|chopped|torn|ripped|smashed|break)(?! by the)"),
    ("hands hand arms", r"(?:hands?|arms?|fingers?) (?:should|must|ought to|need to|deserve to) be (?:\w+ )?(?:cut|chopped|torn|ripped|broken|hacked)(?: off)?|(?:tear|cut|chop|rip|hack|break) (?:off )?(?:the |your |his |their )?(?:hands|arms|fingers)(?: off)? (?:of|for|to) (?:the |such|people|whoever|those|this|that|who)"),
    ("burn torch blow bomb fire smash trash brick petrol molotov demolish explode wreck", rf"(?:{_I}|{_SOMEONE}|should|will|to|i'll|gonna)(?: \w+)? ?(?:{_WILL})?(?: \w+){{0,2}} ?(?:burn(?: down)?|torch|blow up|set fire to|set|bomb|smash(?: up)?|trash|demolish|wreck|raze|vandali[sz]e|egg|come and (?:burn|smash|trash)|break|throw \w+ (?:at|through)) (?:down )?(?:every |all |each )?(?:{_YOUR} <2>)?{_PLACE}(?: you own| of yours)?(?! (?:down )?(?:by itself|if (?:you|it)))"),
    ("windows window brick bricks showcase tyres tires", rf"brick <2> (?:through|in|into|to|at) (?:your|his|her|their|the) <1>(?:windows?|showcase|face|head|shop|car|teeth)|(?:your|his|their) (?:windows?|tyres?|tires?|car|legs?|shop|house|garage|warehouse|windscreen)(?: \w+)? (?:will|might|may|could|is going to|are going to|gets?) (?:be |get )?(?:broken|smashed|slashed|burn(?:ed|t)?|on fire|keyed|catch fire|torched|accidentally)|(?:coming|come) for (?:your|ur) (?:tires|tyres|car|house|kids|head|family|windows|throat)"),
    ("shot hanged hung beaten killed burned burnt whipped flogged castrated drowned stoned executed gassed skinned tortured slapped punched strung lynched put", rf"(?:{YOU}|{SELLER}|all of you|people like you|people like this|such people|scum like you|he|she)(?: \w+){{0,2}} (?:should|ought to|must|need to|needs to|deserves? to|deserve|have to|wants to) (?:all )?(?:be |get |to be )?(?:\w+ly )?(?:shot|hanged|hung|beaten|killed|burned|burnt|whipped|flogged|castrated|drowned|stoned|executed|put down|put to sleep|strung up|gassed|skinned|tortured|slapped|punched|lynched|crucified|a (?:good )?(?:beating|slap|punch|kicking|bullet|thrashing|whipping|smack))|they should (?:all )?be (?:shot|killed|executed|castrated|flogged|hanged|gassed|put down)"),
    ("bullet bullets coffin grave tombstone headstone noose morgue rifle shotgun gun wreath funeral cemetery hearse", rf"(?:one|a|my|the|only|save a|every|each) bullets? (?:is|for|in|to|with|would|will|has)(?! ?(?:point|journal|proof))<4>|bullet (?:in|to|through|between) (?:your|his|her|their|the) (?:head|eyes|skull|brain|knee)|(?:dig|digging|order|ordering|prepare|pick|choose|measure|buy|book|reserve|pay for|start on|write) (?:yourself |yourselves |him |her )?(?:your |a |an |the |his |her |their )?(?:own )?(?:coffins?|graves?|headstones?|tombstones?|funerals?|wreath|plot at the|place (?:at|in) the (?:cemetery|morgue)|hearse|last will|will and testament)|(?:your|his|their) (?:own )?(?:coffin|grave|funeral|tombstone|obituary)|(?:have|got|own|bought|still have|cleaning) (?:a |my |an? old |his |my old )?(?:hunting rifle|rifle|shotgun|gun|pistol|kalashnikov)(?= ?(?:and (?:i|know|your|a)|you|for you|too|at home|,|[.!]|$))"),
    ("bat gun knife rifle shotgun axe hammer crowbar machete petrol matches bomb brothers friends boys guys lads mates dogs dog", rf"(?:come|coming|visit|visiting|drop by|be (?:at|outside|back)|see you|show up|turn up|drive (?:over|down|to)|go) (?:\w+ ){{0,6}}with (?:a |my |an |some |two |three |the |few |a few |a can of |a couple of |couple of )*{_WEAPON}|(?:i have|i've got|i still have|got) (?:a |an |my )(?:\w+ )?(?:bat|gun|rifle|shotgun|axe|machete) (?:and|with) (?:your|i know|nothing)"),
    ("put shove stick stuff ram", rf"(?:{_I}) ?{_WILL}(?: \w+){{0,2}} (?:put|shove|stick|stuff|ram|push|feed|force)(?: \w+){{0,6}} (?:down|up|in|into|on) (?:your|his|her|their) (?:\w+ )?(?:throats?|ass(?:es)?|arses?|backsides?|socket|mouths?|face|own socket|grave|neck|heads?)|put (?:a )?(?:knife|bullet|fist|fire) (?:into|in|through|to) (?:you|him|her|them|your|the seller)"),
    ("knife bullet fist", r"(?:knife|bullet|fist|axe|hammer) (?:into|in|through|to) (?:you(?!r hand)|your (?:back|heart|face|head|throat|ribs|gut|belly)|his (?:face|head|back)|the seller)"),
)
WARNINGS = (
    ("where live lives address street family kids children school wife house found", r"(?:know|knows|found|find|found out|learn|learned|learnt|got|have|tracked|track|checked|looked up|googled|see|figured out|traced|discovered) (?:out )?(?:exactly )?(?:where (?:you|u|he|she|your (?:kids|children|family|wife|mother|parents|car)|they) (?:\w+ )?(?:lives?|sleeps?|works?|goes? to school|park|parks|is parked|study|are|stays?|walk)|(?:your|ur|his|her) (?:home )?(?:adress|address|house|street|car|number ?plate|kids|children|family|wife|school|mother)(?! (?:is|was|in the|on the|label|field|book|from the|wrong))|which (?:street|school|house|car|entrance|building|floor) (?:you|he|she|your))"),
    ("find hunt track catch get reach", rf"(?:{_I})(?: \w+)? ?(?:'ll|will|am going to|'m going to|'m gonna|gonna|can|swear i'll|promise i'll) (?:\w+ )?(?:find|hunt|track|catch|get to|get at|reach|hunt down|come after|come for|deal with) (?:you|u|ya|him|her)(?! (?:a |an |the |out of|in court|another|some|helpful|useful|on (?:trust|facebook to)))(?: down)?|(?:{_I})(?:'ll| will|'m| am)?(?: \w+)? (?:coming|come|on my way) (?:for|after|to (?:get|find|see|visit|your (?:house|home|office|shop|door|place)|you)) ?(?:you|u|your|him|her|house|soon|tonight)?"),
    ("watch eye eyes shoulder mind back", r"(?:watch|mind|guard) (?:your|ur|his|her) (?:back|backs|step(?= ?(?:seller|,|[.!]|$)))(?! (?:pocket|pack|garden|yard|support|ache|pain|door|this|it|the|when|while|if|with|as|lifting))|(?:sleep|sleeping) with (?:one|an|both) eyes? open|(?:look|looking|looks) over (?:your|his) shoulders?(?! (?:bag|strap))|eyes in the back of your head"),
    ("regret sorry pay", r"(?:you|he|she|they|you guys|you all|seller)(?:'ll| will|'re going to| are going to| gonna|'re gonna)(?: \w+)? (?:regret|be sorry|rue) (?:the day|ever (?:\w+ing)|cheating|taking|stealing|ripping|messing|that you|being born|crossing|what you|scamming|lying|for what|meeting|your (?:birth|words|rudeness))|make (?:you|him|her|them|sure you|sure he|sure they) (?:all )?(?:\w+ )?(?:pay|regret|sorry|suffer|cry|bleed|beg|crawl|wish you)(?! (?:for|the) (?:the )?(?:return|shipping|postage|delivery|return postage|refund))|pay (?:for (?:this|it|that) )?(?:in|with) (?:your )?(?:blood|life|lives|health|teeth|tears)|you(?:'ll| will) (?:all )?(?:wish you were never|wish you had never|wish you'd never|beg for|crawl|bleed|answer to me|deal with me|get what you deserve|get what's coming|get yours|meet my|weep|scream|cry blood)|(?:what's|what is) coming to (?:you|him|her|them)"),
    ("meet alley dark catch hands see", rf"(?:if|when|once|wait till|wait until|hope|pray|better hope|next time) (?:i|we) (?:ever |don't |never |do )?(?:meet|catch|see|find|run into|get (?:my|our) hands on|get hold of|bump into|spot) (?:you|him|her|this {SELLER}|that {SELLER}|the {SELLER}|this|that)(?! (?:price|product|in stock|again in (?:stock|the shop)|item|brand))(?: \w+){{0,8}}(?:alley|dark|street|night|alone|you won't|won't be|break|punch|slap|kill|smash|hit|sorry|spit|beat|teeth|legs|face|run|god help|hospital|let the dog)|(?:meet|see|catch) (?:you|him|her) in (?:a|the|some) (?:dark|back|night)|get my hands on (?:you|him|her|whoever|this (?:guy|seller)|the (?:guy|man|one|seller|person|idiot|bastard))|see you (?:\w+ )?(?:at|by|near|outside) (?:your|the) (?:\w+ )?(?:gate|door|house|home|entrance|warehouse gate|doorstep|porch|car)|karma is slow"),
    ("days numbered countdown goodbye", r"(?:your|his) (?:days|hours|minutes) (?:are|is) (?:numbered|counted)|say (?:goodbye|bye|farewell) to (?:your|ur) (?:kids|car|family|life|teeth|legs|knees|knee ?caps|house|wife|shop|children|windows|mother|health)"),
    ("run pray hide better", rf"(?:you(?:'d| had)?|he) better (?:start |all )?(?:run|running|pray|praying|hide|not (?:walk|sleep|go out|show|meet|come|leave)|never (?:walk|sleep|go out|show|meet|leave|come)|look (?:behind|over)|watch|hope (?:i|we|you never|he|nobody)|sleep|lock|move|change (?:your|address))|(?:you can|can) run (?:but|and)|run while you|start (?:running|praying)|pray (?:that )?(?:i|we|you|to god) (?:don't|never|won't|do not)(?: \w+)? (?:meet|find|see|catch|come)"),
    ("alone evening night dark street streets home school", r"(?:never|not|don't|careful|dangerous|should not|shouldn't)(?: \w+)? (?:walk(?:ing)?|go(?:ing)?|be(?:ing)?|sleep|walk home|go home) (?:\w+ ){0,3}(?:alone|at night|in the dark|after dark|in the evening)(?=[^.!?]{0,30}(?:seller|dear|friend|,|\W*$))|wait(?:ing)? for (?:you|him|her) (?:outside|tonight|after work|after dark|in the dark|near|by the|behind|at (?:your|the (?:gate|door|exit|entrance)))|(?:kids|children|wife|daughter|son|family) (?:walks?|goes?|go) (?:home |to school )?alone"),
    ("happen happens accident accidents accidentally shame pity catches", r"(?:something|anything|things|accidents?)(?: \w+)? (?:might|could|may|will|can|would|happens?|happened) (?:happen )?(?:to )(?:you|your (?:shop|store|car|house|warehouse|family|kids|health|business|windows?)|him|her|such people|people like)|(?:shame|pity|sad|funny) if (?:something|anything|your|someone|a fire|they had|he had|she had|it (?:all )?(?:burn|caught))|nice (?:family|car|house|shop|kids|children|wife|windows|warehouse)(?: \w+){0,6} (?:pity|shame|careful|accident|flammable|burn)|(?:your|ur) (?:\w+ )?(?:accidentally|suddenly) (?:catch|catches|burn|burns|fall|falls|explode)|accidents (?:do )?happen"),
    ("hospital wheelchair morgue ditch river grave dead walk bag", r"(?:you'd|you would|he'd|you|he)(?: \w+){0,3} (?:already |now |soon )?(?:be |end up |wake up |land |find yourself |lie |lying |be lying )(?:in|under) (?:an? |the )?(?:hospital|intensive care|wheelchair|morgue|ditch|river|grave|body bag|six feet|trunk|forest|concrete|bin bag)|(?:people|guys|sellers|men|those|scum|such people) like you (?:\w+ ){0,2}(?:end up|get|disappear|don't live|die|are found|deserve|should be|wind up|usually)|(?:doesn't|don't|can't|never|won't|not) (?:be able to )?walk(?:s|ing)? (?:any ?more|again|straight)(?=[^.!?]{0,3}(?:[.!?]|$| after))"),
    ("lesson", r"teach (?:you|him|her|them|this seller|the seller|these people|that courier) (?:all )?a (?:good |proper |painful |hard )?lesson"),
    ("dogs dog", r"(?:set|let|release|unleash)(?: \w+){0,3} dogs? (?:on|at|after|go and|loose)(?: \w+)* ?(?:you|him|her|them|courier|driver|seller)?"),
    ("friends people guys brothers boys connections", rf"(?:i have|i've got|we have|i know|got)(?: \w+){{0,2}} (?:friends|people|guys|brothers|boys|connections|relatives)(?: \w+){{0,5}} (?:deal with|take care of|talk to|visit|explain|find|handle|sort) (?:to )?(?:you|people like you|him|her|them|things|such)"),
    ("dead deads d34d", r"(?:you|u|ur|u r|he|seller|sellers)(?:'re| are| r|'s| is)? (?:so |all |already |a |as good as )*(?:dead (?:men?|meat|to rights|person|soon)|dead(?=\W*(?:$|[,.!]| (?:if|when|i|because|wait)))|toast(?=\W*$)|finished(?=\W*$)|a dead man)|dead man walking|next on (?:my|the) list"),
    ("hell", r"make (?:your|his|her|their) (?:whole |entire )?(?:life|lives) (?:a |into )?(?:living )?(?:hell|nightmare|misery|miserable)|(?:life|lives) (?:will|is going to) (?:be|become|turn into) (?:a )?(?:living )?hell"),
    ("sue court", r"(?:skip|forget|no need for|instead of|not going to|won't) (?:the |a |any )?(?:court|police|lawyers?)(?: \w+){0,4}(?:own hands|myself|my way|other methods|different methods|personally)|(?:my|our) own (?:hands|methods|way of justice)|take (?:justice|matters|the law|it) into (?:my|our) own hands"),
)
WISHES = (
    ("hope wish", rf"(?:hope|wish|hoping|wishing|pray|praying)(?: that| to god| to see)? (?:{YOU}|u|you all|all of you|every one of you|your <3>|this {SELLER}|the {SELLER}|that {SELLER}|{SELLER}|whoever<4>|the (?:one|person|guy|man|woman)<4>|someone|somebody|the same|he|she|they|everyone (?:there|at))(?: (?!not|don't|never|won't|doesn't|didn't|cannot|can't|no)[\w'’]+){{0,6}} (?:die|dies|died|dead|death|cancer|choke|chokes|choked|rot|rots|suffer|suffers|crash|crashes|drown|drowns|bleed|bleeds|starve|starves|blind|paraly[sz]ed|tumou?r|stroke|heart attack|aids|run over|hit by|break (?:your|his|her|their)|breaks (?:his|her)|homeless|in hell|hell|grave|hospital|electrocuted|same pain|burn in|burns in|burn (?:down|alive)|burns down|beaten|robbed|raped|buried|in pain|agony|misery|miserable|diarrhoea|diarrhea|rabies|plague|leprosy|fire)(?! (?:of (?:laughter|happiness)|for it))"),
    ("drop kill die hang shoot unalive neck jump traffic drown yourself choke kys urself", r"drop dead(?! (?:gorgeous|beautiful|fred|line|easy|simple|date))|(?:go|go and|just|please|should|better|don't you|favou?r and|now) (?:kill|hang|shoot|unalive|neck|drown|off|poison|strangle) (?:yourself|urself|yourselves|your ?selves)|(?<!will\s)(?<!'ll\s)(?<!could\s)(?<!can\s)(?<!might\s)(?<!to\s)(?<!or\s)(?:kill|hang|unalive|neck) (?:yourself|urself|yourselves)(?=\W*(?:$|[.,!?]| (?:please|seller|already|you|for)))|\bkys\b|(?:go|just|please|all|better|should(?: all)?|now) (?:and )?die(?=\W*(?:$|[,.!]| (?:in|already|you|alone|of|slowly|please|and)))|go (?:and )?(?:hang|drown|shoot|bury) |(?:please|go|go and|just|you should|should|better) (?:jump|throw yourself|leap) (?:off|out of|out|under|from|in front of|into) (?:an? |the |of the )?(?:nearest )?(?:bridge|cliff|window|roof|train|balcony|bus|lake|well)(?! (?:and|game|set))|play in (?:the )?traffic|do (?:the world|us all|everyone|humanity|everybody) a favou?r(?: and)?|die (?:in a (?:fire|ditch|hole)|alone|slowly|in pain|of (?:cancer|shame|aids)|already|you)|choke on (?:it|this|that|my|your|them|those|these)(?=\W*(?:$|[,.!]| (?:money|refund|cash|\d+|fake|scissors|profit|rubles|pounds|dollars|you|stuff|junk|points|parcel|own))) ?"),
    ("rot burn hell", r"(?:rot|burn|roast|fry|boil) (?:all )?(?:of you )?in (?:hell|jail|prison|the ground|your grave|eternal|a grave)|(?:special |warm |reserved )?place (?:for \w+ )?in hell(?: (?:for|waiting))?|hell (?:is waiting|awaits)|see you in hell|straight to hell"),
    ("curse cursed may plague damn curses", r"(?:i |we )?curse (?:you|your (?:family|children|shop|house|kids|business)|this seller|the seller|him|her|them)|(?:be|are) (?:\w+ )?cursed(?=\W*(?:$|[,.!]| (?:you|seller|for|with|to)))(?! (?:item|object|product))|may (?:you|your (?:family|children|kids|hands?|house|shop|teeth|business|life|wife|mother|hair)|god|all your)(?: (?!not|like|want|need|find|also|have to|be (?:able|interested|surprised|lucky|different)|well)[\w'’]+){0,5} (?:rot|die|suffer|choke|burn|fall off|wither|punish(?:ed)?|cursed?|same|starve|pain|hell|fleas|itch|fall out|never|lonely|ruined|strike|dry up)|damn you(?=\W*(?:$|[,.!]| (?:all|people|seller|and|guys|to))) ?|god (?:will )?(?:damn|punish|strike) (?:you|them|him|her|this seller)|plague (?:on|upon) (?:you(?!r delivery)|your (?:house|family|shop|both))"),
    ("may", r"(?:^|(?<=[.!?\n]\s)|(?<=[.!?\n]))may (?:you|your|all your|the seller|the devil|whoever)(?! (?:also|have|want|need|find|be (?:able|interested|lucky|happy|blessed|wondering|healthy|well)|god|live|prosper|grow|succeed|keep|continue|always|not|notice|like|business|shop (?:live|prosper|grow|flourish)|shop's|hands (?:never|be|not)|get (?:everything|all)|and your family (?:be|live|prosper|have)|experience|see|use|think|even|as well|just|or may))(?: [\w'’]+){1,}"),
    ("cancer", r"(?:get|catch|die of|deserve|deserves|have) cancer(?= ?(?:,|[.!]|$| (?:you|and|all|seller)))"),
)

RULES = Rulebook(
    rules(Verdict.REJECT, VIOLENCE),
    rules(Verdict.REJECT, WARNINGS),
    rules(Verdict.REJECT, WISHES),
)


class EnglishThreats:
    """Rejects threats and wishes of harm to a person."""

    name = "english-threats"
    version = "1"
    description = "English threats, open and veiled, and wishes of harm; not legal or consumer steps."
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
