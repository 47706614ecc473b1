"""What people are told of a decision against them: what happened, why, and what can be done.

Whole sentences, in both languages; the reasons are worded as in the policy.
"""

from collections.abc import Iterable

from models import Message, ModerationDecision, ReviewStatus
from models.clock import in_words, now
from moderation import Outcome, PolicyReason

from .policy import GROUNDS, REASONS


def explain(
    decision: ModerationDecision,
    reason: PolicyReason | None,
    outcome: Outcome,
    *,
    quotes: bool,
    contact: str,
) -> Message:
    """The explanation of a decision that holds or removes a review or a photo of it, or lets it
    count no more.

    The decision has the dispute fetched that it settles. `outcome` is what the pipeline found in
    it, `quotes` whether excerpts of it are told as well, `contact` where to write to the
    administration.
    """
    automated = decision.moderator_id is None
    why = _why_program(reason, outcome) if automated else _why_moderator(reason, decision.note)
    final = decision.to_status is not ReviewStatus.HELD or decision.photo_id is not None
    was_public = decision.from_status is ReviewStatus.PUBLISHED
    parts = [
        PHOTO_REMOVED if decision.photo_id else WHAT_HAPPENED[decision.to_status, was_public],
        _why_dispute(decision) if decision.dispute else why,
        QUOTED if quotes else None,
        BY_PROGRAM if automated else BY_MODERATOR,
        _appeal(decision) if final else NOTHING_TO_DO,
        _ask_if_unclear(contact) if decision.photo_id else _ask(contact, final=final),
    ]
    return _joined(parts)


def explain_declined_dispute(explanation: str, *, contact: str) -> Message:
    """What a seller is told of a dispute after which the review stays, with the moderator's
    `explanation`."""
    why = _explained(explanation)
    return _joined([DISPUTE_DECLINED, why, BY_MODERATOR, _ask_if_unclear(contact)])


def explain_removal_of_response(reason: PolicyReason | None, note: str, *, contact: str) -> Message:
    """What a seller is told of a response that a moderator took away, for the reason.

    `note` is the moderator's, `contact` where to write to the administration.
    """
    why = _why_moderator(reason, note)
    return _joined([RESPONSE_REMOVED, why, BY_MODERATOR, _ask_if_unclear(contact)])


def _joined(parts: Iterable[Message | None]) -> Message:
    told = [part for part in parts if part]
    return Message(" ".join(part.ru for part in told), " ".join(part.en for part in told))


def _why_moderator(reason: PolicyReason | None, note: str) -> Message | None:
    if reason is None:
        return None
    title, description = REASONS[reason]
    if reason is PolicyReason.OTHER:  # no rule says it: the moderator's own words do
        description = _explained(note) if note else UNEXPLAINED
    return Message(
        f"Причина — «{title.ru}». {description.ru}", f'The reason is "{title.en}". {description.en}'
    )


def _why_dispute(decision: ModerationDecision) -> Message | None:
    dispute = decision.dispute
    if dispute is None:
        return None
    title, explained = GROUNDS[dispute.ground][0], _explained(decision.note)
    return Message(
        f"Отзыв оспорил продавец: «{title.ru}». {explained.ru}",
        f'The seller disputed the review: "{title.en}". {explained.en}',
    )


def _explained(note: str) -> Message:
    # Another sentence follows.
    ended = note if note.rstrip("»”\"')").endswith((".", "!", "?", "…")) else f"{note}."
    return Message(f"Модератор поясняет: {ended}", f"The moderator explains: {ended}")


def _why_program(reason: PolicyReason | None, outcome: Outcome) -> Message | None:
    if reason is None:
        return None
    if reason is PolicyReason.OTHER:
        return UNFINISHED if any(run.failed for run in outcome.runs) else FOR_A_PERSON
    title, description = REASONS[reason]
    return Message(
        f"Программа проверки видит в нём признаки нарушения — «{title.ru}». {description.ru}",
        f'The program that checks reviews sees signs of a breach of the rules: "{title.en}". '
        f"{description.en}",
    )


def _appeal(decision: ModerationDecision) -> Message | None:
    if decision.appealable_until is None:
        return None
    until = in_words(decision.appealable_until)
    if decision.appealable_until <= now():
        return Message(
            f"Обжаловать это решение можно было до {until.ru}.",
            f"This decision could be appealed until {until.en}.",
        )
    return Message(
        f"Если вы не согласны, решение можно обжаловать до {until.ru}: его пересмотрит другой "
        "человек, а не тот, кто решил, и не программа. Право обратиться в суд за вами остаётся.",
        f"If you do not agree, you can appeal against the decision until {until.en}: another "
        "person than the one who decided will look at it, and no program. You keep the right to "
        "go to court.",
    )


def _ask(contact: str, *, final: bool) -> Message:
    if final:
        return Message(
            "Если вам что-то неясно или вы хотите переписать отзыв так, чтобы он соответствовал "
            f"правилам, напишите администрации: {contact}.",
            "If anything is unclear, or if you would like the review to be rewritten so that it "
            f"keeps to the rules, please write to the administration: {contact}.",
        )
    return Message(
        "Если вы хотите что-то спросить или изменить текст, напишите администрации: "
        f"{contact}. Решение, с которым вы не согласитесь, можно будет обжаловать.",
        "If you have a question, or would like the text to be changed, please write to the "
        f"administration: {contact}. You will be able to appeal against a decision that you do "
        "not agree with.",
    )


def _ask_if_unclear(contact: str) -> Message:
    return Message(
        f"Если вам что-то неясно, напишите администрации: {contact}.",
        f"If anything is unclear, please write to the administration: {contact}.",
    )


WHAT_HAPPENED = {
    (ReviewStatus.HELD, False): Message(
        "Ваш отзыв сохранён, но пока не опубликован: сначала его прочитает модератор.",
        "Your review has been kept, but it is not published yet: a moderator will read it first.",
    ),
    (ReviewStatus.HELD, True): Message(
        "Показ вашего отзыва приостановлен до решения модератора: пока другие его не видят, и в "
        "рейтинге он не учитывается.",
        "Your review is not shown until a moderator has decided on it: others do not see it "
        "meanwhile, and it does not count towards the rating.",
    ),
    (ReviewStatus.PUBLISHED, True): Message(
        "Ваш отзыв по-прежнему виден всем, но больше не учитывается в рейтинге.",
        "Your review is still shown to everybody, but it no longer counts towards the rating.",
    ),
    (ReviewStatus.REMOVED, False): Message(
        "Ваш отзыв решено не публиковать: другие его не видят, и в рейтинге он не учитывается.",
        "It was decided not to publish your review: others do not see it, and it does not count "
        "towards the rating.",
    ),
    (ReviewStatus.REMOVED, True): Message(
        "Ваш отзыв удалён: другие его больше не видят, и в рейтинге он не учитывается.",
        "Your review was removed: others no longer see it, and it does not count towards the "
        "rating.",
    ),
}
"""By what became of the review, and whether it was public before."""
PHOTO_REMOVED = Message(
    "Одна из фотографий убрана из вашего отзыва: другие её больше не видят. Текст и оценки "
    "остались без изменений.",
    "One of the photos was taken out of your review: others no longer see it. The text and the "
    "ratings are as they were.",
)
# The review may be held, or not be counted after an earlier dispute: of that, nothing is said.
DISPUTE_DECLINED = Message(
    "Спор рассмотрен: отзыв остаётся таким, каким был. Если вы на него ещё не ответили, вы можете "
    "сделать это публично, пока он опубликован.",
    "The dispute has been settled: the review stays as it was. If you have not answered it yet, "
    "you can do so in public while it is published.",
)
RESPONSE_REMOVED = Message(
    "Ваш ответ на отзыв снят: он больше не показывается. Вы можете написать другой. Для ответов "
    "действуют те же правила, что и для отзывов.",
    "Your response to the review was taken away: it is no longer shown. You can write another. The "
    "rules for reviews hold for responses too.",
)
UNEXPLAINED = Message(
    "Это иное нарушение правил; подробности сообщит администрация.",
    "It breaks the rules in another way; the administration will tell you more.",
)
UNFINISHED = Message(
    "Одну из проверок не удалось выполнить, поэтому программа не решила сама.",
    "A check could not be completed, so the program did not decide by itself.",
)
FOR_A_PERSON = Message(
    "В нём есть слова, о которых должен судить человек.",
    "It has words that a person has to judge.",
)
QUOTED = Message(
    "Места отзыва, о которых идёт речь, приведены вместе с этим объяснением.",
    "The parts of the review that this is about are quoted with this explanation.",
)
BY_PROGRAM = Message(
    "Это сделала программа; решать будет человек.",
    "A program did this; a person will decide.",
)
BY_MODERATOR = Message(
    "Это решил модератор, человек, а не программа.",
    "This was decided by a moderator, a person, and by no program.",
)
NOTHING_TO_DO = Message(
    "От вас ничего не требуется: если нарушения нет, отзыв будет показан без изменений.",
    "You need not do anything: if there is no breach, the review will be shown as it is.",
)
