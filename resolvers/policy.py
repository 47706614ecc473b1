"""How reviews are collected, checked, counted and ordered, in plain words."""

from dataclasses import dataclass

from models import DisputeGround, Message
from models.rating import PRIOR_WEIGHT
from moderation import PolicyReason


@dataclass(frozen=True, slots=True)
class PolicyReasonInfo:
    """A reason for which a review may be removed."""

    reason: PolicyReason
    title: Message
    description: Message


@dataclass(frozen=True, slots=True)
class DisputeGroundInfo:
    """A ground on which a seller may dispute a review."""

    ground: DisputeGround
    title: Message
    description: Message


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """The rules of the market, for everybody to read."""

    contact: str
    eligibility: Message
    moderation: Message
    ranking: Message
    reasons: list[PolicyReasonInfo]
    dispute_grounds: list[DisputeGroundInfo]


def review_policy(contact: str) -> ReviewPolicy:
    """The rules; `contact` is where to write to the administration."""
    return ReviewPolicy(
        contact=contact,
        eligibility=ELIGIBILITY,
        moderation=MODERATION,
        ranking=RANKING,
        reasons=[PolicyReasonInfo(reason, *words) for reason, words in REASONS.items()],
        dispute_grounds=[DisputeGroundInfo(ground, *words) for ground, words in GROUNDS.items()],
    )


ELIGIBILITY = Message(
    "Отзыв может оставить только зарегистрированный покупатель и только о товаре, который он "
    "заказал на сайте, войдя в аккаунт, и уже получил: один отзыв на каждую позицию заказа. Заказ "
    "без регистрации не даёт права на отзыв, даже если позже зарегистрироваться с тем же адресом. "
    "Продавец не может оставлять отзывы о товарах своего магазина. Право проверяется по заказам "
    "при каждой отправке отзыва. Автор не может изменить отзыв, это делает администратор по его "
    "просьбе.",
    "Only a registered customer may write a review, and only of a product that was ordered on the "
    "site while signed in and has been delivered: one review for each order line. An order placed "
    "without signing in gives no right to review, even to somebody who registers with the same "
    "address later. A seller cannot review the products of the own store. The right is checked "
    "against the orders whenever a review is sent. An author cannot change a review; an "
    "administrator does so at the author's request.",
)
MODERATION = Message(
    "Каждый отзыв до публикации проверяет программа. Хорошие и плохие отзывы одинаково желанны: "
    "сердитый, но вежливый отзыв публикуется сразу. Отзыв с бранью, оскорблениями, угрозами, "
    "рекламой или контактами либо не принимается, и тогда автору показывают, что исправить, либо "
    "ждёт решения модератора. Автор может сам попросить, чтобы решал человек. Текст непринятого "
    "отзыва не хранится. Модераторы — сотрудники площадки, а не продавцы; каждое их решение "
    "записывается.",
    "Every review is checked by a program before it is published. Good and bad reviews are equally "
    "welcome: an angry but decent one is published at once. A review with profanity, insults, "
    "threats, advertising or contact details is either not accepted, and its author is shown what "
    "to mend, or waits for a moderator's decision. The author may ask for a person to decide. The "
    "text of a review that was not accepted is not kept. Moderators work for the marketplace, not "
    "for sellers, and each of their decisions is recorded.",
)
RANKING = Message(
    "Товар и магазин оценивают по трём критериям от 1 до 5: качество товара, скорость "
    "обслуживания, вежливость продавца. Общая оценка отзыва — среднее трёх; оценка товара и "
    "магазина — среднее по всем опубликованным отзывам, которые учитываются. Списки по рейтингу "
    f"упорядочены по взвешенной оценке: ({PRIOR_WEIGHT} · m + сумма общих оценок) / "
    f"({PRIOR_WEIGHT} + число отзывов), где m — средняя оценка по всему сайту; поэтому один "
    "отзыв не выводит товар на первое место. Отзывы показываются от новых к старым, если не "
    "выбран другой порядок. Платой или статусом продавца порядок изменить нельзя.",
    "Product and store are rated by three criteria from 1 to 5: quality of the product, speed of "
    "service, courtesy of the seller. The overall rating of a review is the mean of the three; "
    "that of a product or store is the mean over all published reviews that count. Lists by rating "
    f"are ordered by the score ({PRIOR_WEIGHT} · m + sum of overall ratings) / ({PRIOR_WEIGHT} + "
    "number of reviews), where m is the mean rating of the whole site, so that one review makes no "
    "product the first. Reviews are shown newest first unless another order is chosen. Neither "
    "payment nor a seller's standing changes the order.",
)
REASONS: dict[PolicyReason, tuple[Message, Message]] = {
    PolicyReason.PROFANITY: (
        Message("Брань", "Profanity"),
        Message(
            "Нецензурные слова, в том числе замаскированные.", "Obscene words, also disguised ones."
        ),
    ),
    PolicyReason.INSULT: (
        Message("Оскорбление", "Insult"),
        Message(
            "Обидные слова о человеке: продавце, сотруднике, другом покупателе.",
            "Demeaning words about a person: the seller, the staff, another customer.",
        ),
    ),
    PolicyReason.PERSONAL_ATTACK: (
        Message("Переход на личность", "Personal attack"),
        Message(
            "Отзыв не о товаре и обслуживании, а о личности продавца: уме, внешности, "
            "происхождении, семье.",
            "Not about the product and the service but about the seller's person: mind, looks, "
            "origin, family.",
        ),
    ),
    PolicyReason.THREAT: (
        Message("Угроза", "Threat"),
        Message(
            "Угроза человеку или имуществу, в том числе завуалированная. Обещание обратиться в "
            "суд или Роспотребнадзор угрозой не считается.",
            "A threat to people or property, also a veiled one. To announce a complaint or a "
            "lawsuit is no threat.",
        ),
    ),
    PolicyReason.HATE: (
        Message("Вражда", "Hate"),
        Message(
            "Унижение людей по национальности, вере, полу, возрасту, здоровью.",
            "Contempt for people for their nationality, faith, sex, age or health.",
        ),
    ),
    PolicyReason.SPAM: (
        Message("Реклама", "Advertising"),
        Message(
            "Ссылки и предложения купить в другом месте.", "Links, and offers to buy elsewhere."
        ),
    ),
    PolicyReason.CONTACT_DETAILS: (
        Message("Контакты", "Contact details"),
        Message(
            "Телефоны, адреса почты и мессенджеров.", "Telephone numbers, e-mail and messengers."
        ),
    ),
    PolicyReason.PERSONAL_DATA: (
        Message("Личные данные", "Personal data"),
        Message(
            "Фамилии, адреса, документы и другие сведения о человеке.",
            "Surnames, addresses, documents and the like about a person.",
        ),
    ),
    PolicyReason.DUPLICATE: (
        Message("Повтор", "Duplicate"),
        Message("Тот же текст уже публиковался.", "The same text has been published before."),
    ),
    PolicyReason.OFF_TOPIC: (
        Message("Не по теме", "Off topic"),
        Message(
            "Отзыв не о купленном товаре и не о магазине.",
            "Not about the product that was bought, nor the store.",
        ),
    ),
    PolicyReason.INAPPROPRIATE_PHOTO: (
        Message("Неуместная фотография", "Inappropriate photo"),
        Message(
            "На фотографии не товар, либо её нельзя показывать всем.",
            "The picture does not show the product, or cannot be shown to everybody.",
        ),
    ),
    PolicyReason.NOT_GENUINE: (
        Message("Недостоверный отзыв", "Not genuine"),
        Message(
            "Отзыв заказан, куплен или написан не покупателем.",
            "Ordered, paid for, or not written by the buyer.",
        ),
    ),
    PolicyReason.OTHER: (
        Message("Другое", "Other"),
        Message(
            "Иное нарушение правил: модератор объясняет его в решении.",
            "Another breach of the rules, which the moderator explains in the decision.",
        ),
    ),
}
GROUNDS: dict[DisputeGround, tuple[Message, Message]] = {
    DisputeGround.NOT_ABOUT_THIS_PRODUCT: (
        Message("Не об этом товаре", "Not about this product"),
        Message(
            "Отзыв описывает другой товар: иной цвет, размер или модель, чем в заказе.",
            "It describes another product: another colour, size or model than was ordered.",
        ),
    ),
    DisputeGround.NOT_ABOUT_THIS_STORE: (
        Message("Не об этом магазине", "Not about this store"),
        Message(
            "Отзыв винит магазин в том, за что тот не отвечает, или говорит о другом магазине.",
            "It blames the store for what is not in its hands, or means another store.",
        ),
    ),
    DisputeGround.FACTUALLY_WRONG: (
        Message("Неверные сведения", "Factually wrong"),
        Message(
            "Утверждение можно опровергнуть: датой доставки, карточкой товара, перепиской. "
            "Несогласие с мнением покупателя основанием не является.",
            "A statement in it can be disproved: by the date of delivery, the product page, the "
            "correspondence. That the seller disagrees with an opinion is no ground.",
        ),
    ),
    DisputeGround.ABUSIVE: (
        Message("Оскорбления", "Abusive"),
        Message(
            "Брань, оскорбления, угрозы или переход на личность. Резкий тон не нарушение.",
            "Profanity, insults, threats or attacks on a person. A harsh tone alone is none.",
        ),
    ),
    DisputeGround.EXTORTION: (
        Message("Вымогательство", "Extortion"),
        Message(
            "За отзыв или за его удаление требовали деньги, скидку или подарок.",
            "Money, a discount or a gift was demanded for the review or for its removal.",
        ),
    ),
    DisputeGround.COMPETITOR: (
        Message("Отзыв конкурента", "By a competitor"),
        Message(
            "Отзыв написан конкурентом или по его заказу.",
            "It was written by a competitor, or on a competitor's behalf.",
        ),
    ),
}
"""On what a seller may dispute a review."""
