"""Advertising holds: other shops and services, codes, earnings, bets, loans, healers, paid reviews.

What buyers honestly write of shops and prices uses the same words. So a word only wakes the phrases
of its trade, and these are offers: in one's own name, to the reader, with the call to take them up.
What the seller is said to have offered, or a code that failed, is a complaint.

Phrases are written as they are said: "~" stands for any ending, "…" for a few words of the same
sentence, a space for a space or a comma; the rest is a regular expression.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from moderation.language import in_words_of
from moderation.reported import is_reported
from moderation.text import view
from moderation.types import Draft, Finding, PolicyReason, Verdict

_COME = (
    "(?:звоните|звони|пишите|пиши|обращайтесь|заходите|приходите|приходи|приезжайте|заказывайте"
    "|ждем|жду|спрашивайте|подписывайтесь|записывайтесь|торопитесь)"
)
_SERVICES = (
    "ремонт~ починк~ клининг~ уборк~ установк~ монтаж~ грузчик~ переезд~ бригад~ сантехник~"
    " электрик~ пошив~ перетяжк~ няня репетитор~ маникюр~ педикюр~ наращивани~ стрижк~"
    " эвакуатор~ юрист~ заточк~ химчистк~ ателье мастер окна потолки"
)
_SERVICE = f"(?:{_SERVICES.replace(' ', '|')})"
_TERMS = (
    "(?:недорого|дешево|выезд~|с гарантией|под ключ|круглосуточно|без выходных|опыт~|заявк~"
    "|запись|по вашим|любой сложности|ищ[еу]т? (?:работу|заказы|клиентов))"
)
_SHOP = (
    "(?:магазин|магазинчик|шоурум|салон|ателье|студи|мастерск|клуб|пасек|питомник|теплиц|ферм|цех"
    "|пекарн|кофейн|школ|пункт|агентств|кабинет|фабрик|канал|паблик|групп|чат)~"
)
_MONEY = r"(?:\$\s?\d+|\d+\s?\$|\d[\d,.]*k?(?: (?:dollars|bucks|usd|euros?|a day|a week))?)"

_TRADES = (
    (
        "наш~ моя моей моем моих мои мою промокод~ дешевле выгоднее сайте странице страничке канале складе"
        " группе магазинчике шоуруме салоне паблике профиле инстаграме",
        (
            "у (?:нас|меня) (?:же )?на (?:сайте|странице|страничке|канале|складе)",
            "у (?:нас|меня) в (?:группе|магазинчике|шоуруме|салоне|паблике|профиле|инстаграме)",
            "у нас (?:намного |вдвое |всегда )?(?:дешевле|выгоднее)(?! в )",
            "(?:дешевле|выгоднее) (?:только )?у нас(?! в )",
            "на (?:нашем|моем) (?:сайте|канале|складе|ютубе)",
            "на (?:нашей|моей) стран~",
            "в (?:наш|нашем|нашу|нашей) (?:магазинчик|шоурум|салон|клуб|чат|канал|паблик|групп|закрыт)~",
            f"наш[аеи]? {_SHOP} … (?:дар[ия]т|дарим|скидк~|заказ~|прин~|отправ~|достав~|предлаг~|дешевле"
            "|лучше|жде[тм]|шьет|дела~|прода~)",
            "(?:мои|моих|мое|моем) объявлени~",
            "(?:мой|наш|моему|нашему|моим) промокод~",
            "(?:по|лови|ловите|держи|держите|вот) (?:моя|моей|нашей) (?:\\w+ )?(?:ссылк|рефк)~",
            "в (?:мою|нашу) команду",
        ),
    ),
    (
        "открыл~ открыва~",
        (
            f"открыл(?:а|и|ся|ась|ись)? (?:\\w+ ){{0,2}}{_SHOP} … (?:жд~|прих~|приезж~|заход~|скидк~|подар~)",
            f"открыва(?:ем|ю|ется|емся) (?:\\w+ ){{0,2}}{_SHOP} … (?:жд~|прих~|приезж~|заход~|скидк~|подар~|перв~)",
        ),
    ),
    (
        "закаж~ заказыва~ покупай~ приезжай~ приходи~ приходит~ обращай~ заходи~ беги~ скажите скажешь"
        " скажете прилавком торгуем торгую",
        (
            "(?:закажите|заказывайте?|бер(?:и|ите)|покупайте?) (?:\\w+ )?(?:напрямую|у (?:нас|меня)|без посредников)",
            "(?:приезжай|приходи|обращай|заход|беги)(?:те|тесь|ся|и|ите)? (?:лучше )?(?:к (?:нам|мне)|в наш~)",
            "(?:приезжайте|приходите|заходите|бегите) (?:лучше )?(?:к|в) «",
            "скаж(?:ите|ете|ешь|и) (?:что )?от (?!себя|души|всех|лица)\\w+ … (?:скид~|скин~|дадут|сделают)",
            "я за прилавком",
            "торгу(?:ем|ю) (?:у|на|с|по) \\w+",
        ),
    ),
    (
        "скидк~ дарит дарим первым новичкам бонус~ подарок",
        (
            "(?:дам|сделаю|сделаем|дадим|даю|даем|делаем) (?:\\w+ ){0,2}скидк~",
            "скидк~ (?:\\d+ ?%? ?)?(?:подписчик~|постоянным|перв~ клиент~|первым|по кодовому|за отзыв|вам)",
            "первым (?:\\w+ )?(?:клиент|покупател|подписчик|посетител)~",
            "(?:дарит|дарим) (?:\\w+ ){0,3}(?:всем|каждому|новым)",
            "бонус~ (?:новичк|за регистрац|новым)~",
            "бонус~ … по коду",
        ),
    ),
    (
        "заказы заказов заявки предзаказ~ заказ",
        (
            "(?:принима|бер|возьм)(?:ю|ем|у|ет) (?:\\w+ )?(?:заказы|заявки|предзаказ~)",
            "(?:заказы|заявки) (?:принима(?:ю|ем)|бер(?:у|ем)|в (?:лс|личку|директ|сообщени~))",
            "(?:пеку|шью|вяжу|делаю|печем|шьем|вяжем|варю|изготовлю|изготовим|изготавлива~|рисую|рублю)"
            " … на заказ … (?:обращайтесь|недорого|дешевле|вкуснее|пишите|звоните|цена)",
        ),
    ),
    (
        "пеку шью вяжу печем шьем рубим печатаю изготовим изготовлю варим делаем изготавлива~",
        (
            "(?:пеку|шью|вяжу|печем|шьем|рубим|печатаю|изготовим|изготовлю|варим|делаем|изготавлива~)"
            f" … (?:дешевле|меньше чем|недорого|пришлю|отправлю|{_COME}|вышлю)",
        ),
    ),
    (
        "посредников опт оптом оптов~ отправля~ доставля~ доставим поставляем отгружаем работаем продаем",
        (
            "(?:работаем|продаем|поставляем|отгружаем) … (?:без посредников|оптом|опт|по всей|напрямую|достав~)",
            "опт~ от [\\w\\d]+",
            "оптом … (?:звоните|пишите|скидк~|цен~ от)",
            "оптов~ цен~ … (?:для|звоните|пишите|у нас)",
            "(?:отправля|доставля)(?:ем|ю|ет) по (?:всей|россии|снг|миру)",
            "без посредников … (?:достав~|опт~|звоните|пишите)",
        ),
    ),
    (
        f"{_SERVICES} услуги",
        (
            f"{_SERVICE} … (?:{_COME}|выезд (?:бесплатн|на дом|мастера|в день)~)",
            f"(?:услуги|предлагаю|предлагаем|окажу|выполню|выполним|выполняем|приглашаю) … {_SERVICE}",
            f"{_SERVICE} … {_TERMS}$",
            f"(?:бригада|няня|репетитор|мастер) (?:с опытом|ищ[еу]т?|со стажем|на час)",
            "(?:клининг|ателье|ломбард|агентство|бригада|автосервис) (?:\\w+ )?«",
        ),
    ),
    (
        "скупка скупаю скупаем выкуплю куплю ломбард сдам сдаю сдается сдаем",
        (
            "скупка (?:золот|техник|авто|волос|антиквар)~",
            "(?:скупаю|скупаем|выкуплю|куплю) (?:дорого|волосы|янтарь|золото|авто|ваш~|бу|б/у)",
            "сда(?:м|ю|ется|ем) (?:\\w+ ){0,2}(?:гараж|квартир|комнат|дачу|домик|помещени|офис|посуточн|студи)~",
        ),
    ),
    (
        "продам продаю продаем отдам отдаю уступлю щенки котята продажа",
        (
            "(?:продам|продаю|продаем|отдам|отдаю|уступлю) … (?:дешевле|недорого|дешево|за полцены|даром|торг"
            "|щенк~|котят~|рассад~|саженц~|пишите|звоните|кому (?:надо|нужн~))",
            "(?:щенки|котята) (?:\\w+ ){0,3}(?:на продажу|ищут|продаются|забронир~)",
        ),
    ),
    (
        "контакт контакты дам кину скину пришлю вышлю",
        ("(?:дам|кину|скину|пришлю|вышлю|дать) (?:\\w+ )?(?:контакт|контакты|адрес мастера|номер мастера)",),
    ),
    (
        "промокод~ код кода коду код~ введи~ вводи~ регистрируй~ зарегистрируй~ реферальн~ опрос~ рефк~",
        (
            "реферальн~ (?:код|ссылк)~",
            "(?:за)?регистрируй(?:ся|тесь) … (?:по|получ~|бонус~|ссылк~)",
            "код (?:друга|приглашения|входа)",
            "(?:введи|вводи|используй)(?:те)? (?:\\w+ )?(?:промокод~|код[^\\w]? ?[a-z«]\\w+)",
            "(?:введи|вводи)(?:те)? (?=[a-z]+\\d|\\w+\\d{2})[a-z]\\w+",
            "промокод~ [«\"]?\\w+[»\"]? (?:\\w+ )?(?:вам|всем|даст|дает|дарит|на первый)",
            "(?:скидк~|сайт~) … промокод~ [«\"]?[a-z]\\w+",
            "пройди(?:те)? (?:\\w+ )?опрос",
        ),
    ),
    (
        "подпи~ вступай~ присоединяй~ взаимн~ лайк",
        (
            "подпи(?:сывайтесь|сывайся|шись|шитесь)(?! (?:внимательн|под|акт|бумаг))",
            "подписка (?:на мой|взаимн~)",
            "вступай(?:те)? (?:в|к)",
            "присоединяй(?:ся|тесь)",
            "подпишусь взаимно",
            "взаимн~ (?:подпис~|лайк~)",
            "лайк за лайк",
        ),
    ),
    (
        "отзыв отзывы отзывов подписчик~ рейтинг~ раздачи выкупы набираю продвижени~",
        (
            "отзыв за отзыв",
            "отзывы на заказ",
            "(?:пишу|пишем|напишу|накручу|накрутим|накручива~|куплю|покупаю|продаю|продам|делаем)"
            f" (?:\\w+ ){{0,2}}(?:отзывы|отзывов|подписчик~|рейтинг~) … (?:заказ|деньги|платно|недорого|дешево|опыт|{_COME})",
            "(?:кешбэк|кэшбек|кэшбэк|кешбек) за отзыв … (?:услови~|пиши~|набира~|раздач~|выкуп~)",
            "выкупы (?:и )?раздачи",
            "набираю (?:\\w+ )?(?:девоч|команд|людей|групп|сотрудник|партнер|учени)~",
            "продвижени~ (?:\\w+ )?на (?:маркетплейс|вб|озон)~",
        ),
    ),
    (
        "заработ~ зарабатыва~ подработк~ доход~ требу~ ищем приглашаем набираем ваканси~ маркетинг поднял",
        (
            "(?:заработ|зарабатыва|подработк|доход)~ … (?:на дому|из дома|не выходя|без вложени~|в (?:день|сутки|неделю)"
            "|пассивн~|научу|в интернете|каждый день)",
            "пассивн~ доход",
            "(?:требу(?:ется|ются)|ищем|приглашаем|набираем) (?:\\w+ ){0,2}(?:упаковщи|курьер|водител|сотрудник"
            "|оператор|продавц|продавец|менеджер|девушк|партнер|мастер|консультант|люд)~ … (?:на дом~|оплат~|опыт~|график~"
            "|зарплат~|доход~|обучен~|с личным|ежедневн~|подробност~|звоните|пишите)",
            "сетевой маркетинг",
            "ваканси~ … (?:оплат~|график~|звоните|пишите|зарплат~)",
        ),
    ),
    (
        "ставк~ ставлю спорт казино фриспин~ капер~ букмекер~ вулкан~ 1xbet матч~",
        (
            "ставк~ на (?:спорт|матч|футбол)~",
            "ставлю на спорт",
            "фриспин~",
            "капер(?:а|ы|ов|у|ом)?",
            "казино … (?:бонус~|отбил~|выигра~|регистр~|по коду|вывод~|депозит~|заход~)",
            "(?:букмекер~|1xbet|вулкан~) … (?:бонус~|код~|регистр~|ставк~|выигр~)",
            "договорн~ матч~",
        ),
    ),
    (
        "кредит~ займ~ заем микрозайм~ долг долги банкротств~ ипотек~",
        (
            "(?:кредит|займ|заем|микрозайм|ипотек|в долг)~ … (?:без (?:отказ|справ|поручит|провер|залог)~|плох(?:ая|ой)"
            "|одобр(?:яем|им)|за (?:\\w+ )?минут~)",
            "(?:помогу|поможем) (?:\\w+ ){0,3}(?:банкрот|долг|кредит|займ)~",
            "спи(?:шем|сать|сание) долг~",
        ),
    ),
    (
        "крипт~ биткоин~ usdt трейдинг~ инвест~ форекс майнинг~ сигналы сигналам",
        (
            "(?:крипт~|биткоин~|usdt|трейдинг~|инвест~|форекс) … (?:доходност~|прибыль~|процент~ в|с нами|сигнал~|вместе с нами"
            "|гарантир~|вступай~)",
            "инвестируй(?:те)?",
            "клуб~ инвесторов",
            "(?:даем|даю) сигналы",
        ),
    ),
    (
        "приворот~ порч~ сглаз~ ясновидящ~ потомственн~ гадаю гадалка экстрасенс~ целитель~",
        (
            "приворот~",
            "(?:снимаю|сниму|снимает|снятие) (?:\\w+ )?(?:порч|сглаз)~",
            "(?:потомственн~|сильн~) (?:ясновид|гадалк|ведьм|целител|знахар|экстрасенс)~",
            "гадаю … (?:порч~|оплат~|недорого|по фото|пишите|онлайн)",
            "(?:ясновидящ|экстрасенс|гадалк)~ … (?:поможет|помогает|вернет|принимает|звоните)",
        ),
    ),
    (
        "кг килограмм~ виагр~ сиалис~ капли капл~",
        (
            "минус \\d+ (?:кг|килограмм~) … (?:контакт|официальн~ (?:сайт|представител)~|ссылк~|пишите)",
            "(?:виагр|сиалис)~ … (?:без рецепт~|аноним~|дешев~)",
        ),
    ),
    (
        "эскорт~ интим~ комплексов досуг~ индивидуалк~ массаж~",
        (
            "эскорт(?:-услуги| услуги)?",
            "интим-?(?: услуги|услуги|досуг)",
            "девушк~ без комплексов",
            "индивидуалк~",
            "досуг для (?:мужчин|взрослых)",
            "массаж~ … (?:отдых|выезд к вам)",
        ),
    ),
    # English
    (
        "our us store shop page channel site website group boutique showroom club blog team workshop referral",
        (
            "(?:visit|try|check out|come to|order from|order at|buy (?:from|at|in)|shop at|join|follow|see|subscribe to)"
            " (?:my|our) (?:own |new |online )?(?:store|shop|page|channel|site|website|workshop|group|boutique"
            "|showroom|club|blog|profile|etsy|instagram|team|telegram)",
            "(?:cheaper|better prices?|discounts?|same \\w+) (?:in|at|on|from|by) (?:our|my) (?:own )?(?:store|shop|site|website|page)",
            "(?:our|my) (?:own )?(?:store|shop|workshop|company|studio|salon|farm|website|team) (?:sells?|makes?|offers?|ships?"
            "|delivers?|repairs?|does|has (?:the )?(?:same|better|lower))",
            "on our (?:web ?site|page|channel)",
            "use (?:my|our) (?:\\w+ )?(?:code|link|referral)",
            "(?:my|our) (?:promo|referral|discount|invite) (?:code|link)",
            "come to (?:me|us) … (?:manicure|nails|haircut|massage|price|\\d+)",
            "(?:buy|order)(?: it| them)? (?:directly |direct )?from (?:me|us)",
            "(?:dm|pm|message|contact|text|call|email|write) (?:me|us) (?:for|to (?:order|buy|get)|if you want to buy)",
            "(?:help you|bring) … (?:earn|profit|lose weight) … (?:ask|dm|write|join) (?:me|us)",
        ),
    ),
    (
        "subscribe subscribers followers likes reviews ratings showroom",
        (
            "subscribe (?:to|for more|and get)(?! (?:the|their|this|it) )",
            "(?:buy|bought|sell|selling|get) (?:\\w+ )?(?:followers|subscribers|likes|reviews)",
            "(?:discounts?|gifts?) for (?:subscribers|followers)",
            "(?:opened|opening) (?:a|my|our) (?:\\w+ )?(?:showroom|store|shop|boutique|salon|studio) … (?:come|visit|discount~|welcome)",
            "raise ratings",
            "(?:paid|fake|five star|5 star) reviews (?:for sale|cheap|from)",
        ),
    ),
    (
        "code promo coupon",
        (
            "(?:use|enter|apply|with) (?:the )?(?:promo |discount |coupon |referral )?code [a-z]+\\d*\\b … (?:off|discount|first|free|get)",
            "\\d+ ?% off … (?:code|promo)",
            "code [a-z]+\\d+ (?:for|gives?|at checkout)",
        ),
    ),
    (
        "earn make making earning income hiring hires drivers couriers packers",
        (
            f"(?:earn|earning|make|making) (?:up to |over )?{_MONEY} … (?:day|week|month|home|hour|ask me)",
            "passive income",
            "(?:work|earn|income) from home … (?:no experience|ask|dm|join|apply|link)",
            "(?:hires|hiring|looking for) (?:drivers|couriers|packers|workers|models|people) … (?:\\d|bonus|salary|pay|apply)",
        ),
    ),
    (
        "ask apply",
        ("ask me how", "apply (?:now|here|today) "),
    ),
    (
        "casino bet bets betting spins jackpot",
        (
            "casino … (?:bonus|sign up|code|win big|deposit)",
            "(?:free|bonus) spins",
            "bet(?:ting)? (?:tips|bonus|with us|on sports?|signals)",
            "sports betting",
        ),
    ),
    (
        "credit loan loans kredit approve approved debt debts",
        (
            "bad credit",
            "no credit check",
            "(?:credit|loan|loans|kredit) (?:in|within) (?:\\w+ )?minutes",
            "(?:credit|loans?) … (?:no papers|no paperwork|everyone approved|guaranteed approval|ask me)",
            "(?:write|wipe) off your debts?",
        ),
    ),
    (
        "crypto bitcoin forex trading invest usdt",
        (
            "(?:crypto|bitcoin|forex|trading|usdt) … (?:signals|profits?|guaranteed|returns|doubled?|join)",
            "invest (?:with|in) (?:us|our|my|crypto|bitcoin)",
        ),
    ),
    (
        "psychic fortune clairvoyant spell healer",
        (
            "(?:psychic|clairvoyant|fortune teller|healer|spell caster) … (?:help~|return|love|call|prepayment|reading|predict~)",
        ),
    ),
    (
        "viagra cialis pounds lbs kg escort escorts singles cigarettes vapes",
        (
            "(?:viagra|cialis) … (?:no|without) prescription",
            "(?:cheap|discount) (?:viagra|cialis|cigarettes)",
            "(?:cigarettes|vapes) … (?:no excise|duty free|delivery)",
            "lost \\d+ (?:pounds|lbs|kg) … (?:ask|dm|message|order at|link|contact)",
            "(?:hot|sexy|local) (?:girls|singles)",
            "escort (?:service|girls?|agency)",
            "escorts (?:in|available)",
        ),
    ),
    (
        "wholesale sale negotiable middlemen lesson tutor repair repairs custom",
        (
            "at wholesale prices?",
            "wholesale (?:prices|orders|mail|inquir~)",
            "(?:kittens?|puppies|puppy|pups) … for sale",
            "price negotiable",
            "no middlemen",
            "first lesson … (?:free|gift)",
            "(?:tutor|teacher|nanny|plumber|electrician) … (?:years of experience|first lesson|available)",
            "(?:needs?|need a?) repair … (?:i|we) (?:do|repair|fix)",
            "custom (?:sizes|orders) … (?:dm|message|page|welcome|order|contact)",
        ),
    ),
    (
        "dm pm",
        (
            "(?:dm|pm) (?:for|me for) (?:price|prices|details|orders?)",
        ),
    ),
)
_FAILED = re.compile(
    r"не\s(?:сработа|работа|примен|принял|прош|действ|подош|дали|дает)|просроч|обман|did(?:n't|\snot)\s"
    r"|does(?:n't|\snot)\swork|never\sworked|wouldn't|expired|invalid|won't"
)
# Letters of the shortest and the longest word that wakes.
_SHORTEST, _LONGEST = 2, 40
# Nobody reads more findings than these.
_MOST = 20


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_said, phrases))})(?!\w)")


def _said(phrase: str) -> str:
    few_words = r"\b[^.!?\n]{0,60}?(?<!\w)"
    return phrase.replace(" … ", few_words).replace(" ", r"[^\w.!?]{1,3}").replace("~", r"\w*")


_PATTERNS = tuple(_pattern(phrases) for _, phrases in _TRADES)
# Whole words, and beginnings of words with their "~", and the trades that they wake.
_WAKES: dict[str, set[int]] = {}
for _index, (_words, _) in enumerate(_TRADES):
    for _word in _words.split():
        _WAKES.setdefault(_word, set()).add(_index)


class Advertising:
    """Holds comments that offer something to their readers."""

    name = "advertising"
    version = "1"
    description = (
        "Offers of other shops, goods and services, codes, earnings, bets, loans, healers and paid"
        " reviews are held."
    )
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each offer."""
        text = view(draft.comment)
        offers = islice(_offers(text.text), _MOST)
        return [_finding(draft, *text.place(start, end)) for start, end in offers]


def _offers(text: str) -> Iterator[tuple[int, int]]:
    for trade in sorted(set().union(*map(_woken, text.split()))):
        for match in _PATTERNS[trade].finditer(text):
            start, end = match.span()
            if not is_reported(text, start) and not _FAILED.search(text, start, end + 40):
                yield start, end


@lru_cache(maxsize=40_000)
def _woken(word: str) -> frozenset[int]:
    """The trades that a word wakes: none, mostly."""
    word = word[:_LONGEST].strip(".,:;!?()\"'«»„“”—–-%#*")
    beginnings = (f"{word[:length]}~" for length in range(_SHORTEST, len(word) + 1))
    return frozenset().union(*(_WAKES.get(key, ()) for key in (word, *beginnings)))


def _finding(draft: Draft, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.SPAM,
        verdict=Verdict.HOLD,
        message=in_words_of(
            draft.language,
            "Похоже на рекламу или объявление: такие отзывы сначала смотрит модератор.",
            "This reads like an advertisement: a moderator looks at such reviews first.",
        ),
        start=start,
        end=end,
    )
