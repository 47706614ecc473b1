"""Everything that can be changed."""

from typing import Annotated, Any, cast

import strawberry

import models
from models.errors import DomainError, NotAuthenticated
from resolvers import (
    accounts,
    amendments,
    appeals,
    catalogue,
    desk,
    disputes,
    lexicon,
    order_problems,
    orders,
    own_data,
    photos,
    ratings,
    replay,
    responses,
    reviews,
    suspensions,
)

from .account import (
    GrantRoleInput,
    GrantRoleResult,
    SignInInput,
    SignInResult,
    SignUpInput,
    SignUpResult,
)
from .amendment import (
    Amendment,
    CarryOutAmendmentInput,
    CarryOutAmendmentResult,
    DeclineAmendmentInput,
    DeclineAmendmentResult,
    RequestAmendmentInput,
    RequestAmendmentResult,
)
from .appeal import (
    Appeal,
    AppealDecisionInput,
    AppealDecisionResult,
    SettleAppealInput,
    SettleAppealResult,
)
from .arguments import INPUT, given
from .context import Info
from .dispute import (
    AnswerDisputeInput,
    AnswerDisputeResult,
    Dispute,
    OpenDisputeInput,
    OpenDisputeResult,
    SettleDisputeInput,
    SettleDisputeResult,
)
from .errors import as_data
from .lexicon import (
    AddLexiconEntryInput,
    AddLexiconEntryResult,
    LexiconEntry,
    RemoveLexiconEntryInput,
    RemoveLexiconEntryResult,
)
from .moderation import (
    ClaimedReviews,
    ClaimReviewsInput,
    ClaimReviewsResult,
    ModerateReviewInput,
    ModerateReviewResult,
    ModerateReviewsInput,
    ModerationDecision,
    ReleaseReviewsInput,
    ReleaseReviewsResult,
    RemoveReviewPhotoInput,
    RemoveReviewPhotoResult,
    UndoModerationInput,
    UndoModerationResult,
)
from .order import (
    MarkOrderInput,
    MarkOrderResult,
    Order,
    OrderLine,
    PlaceOrderInput,
    PlaceOrderResult,
)
from .order_problem import (
    EscalateOrderProblemInput,
    EscalateOrderProblemResult,
    OpenOrderProblemInput,
    OpenOrderProblemResult,
    OrderProblem,
    ReplyToOrderProblemInput,
    ReplyToOrderProblemResult,
    ResolveOrderProblemInput,
    ResolveOrderProblemResult,
)
from .own_data import EraseMyAccountInput, EraseMyAccountResult
from .photo import ReviewPhoto
from .product import CreateProductInput, CreateProductResult, Product
from .rating import RatingVerification
from .replay import ReplayModerationInput, ReplayModerationResult
from .response import (
    RemoveSellerResponseInput,
    RemoveSellerResponseResult,
    RespondToReviewInput,
    RespondToReviewResult,
)
from .review import (
    MarkReviewHelpfulInput,
    MarkReviewHelpfulResult,
    ReportReviewInput,
    ReportReviewResult,
    Review,
    SubmitReviewInput,
    SubmitReviewResult,
)
from .store import CreateStoreInput, CreateStoreResult, Store
from .suspension import (
    LiftSuspensionInput,
    LiftSuspensionResult,
    SuspendAuthorInput,
    SuspendAuthorResult,
)


@strawberry.type(description="Everything that can be changed.")
class Mutation:
    @strawberry.mutation(graphql_type=SignUpResult, description="Register a customer and sign in.")
    async def sign_up(self, info: Info, input: Annotated[SignUpInput, INPUT]) -> accounts.Session:
        limits = info.context.limits
        return info.context.sign_in(await accounts.sign_up(**vars(input), limits=limits))

    @strawberry.mutation(graphql_type=SignInResult, description="Open a session.")
    async def sign_in(self, info: Info, input: Annotated[SignInInput, INPUT]) -> accounts.Session:
        limits = info.context.limits
        return info.context.sign_in(await accounts.sign_in(**vars(input), limits=limits))

    @strawberry.mutation(description="End the session whose token was sent.")
    async def sign_out(self, info: Info) -> bool:
        if info.context.token is None:
            raise NotAuthenticated
        await accounts.sign_out(info.context.token)
        return True

    @strawberry.mutation(
        description="All that is kept about the viewer, as JSON. Nobody else is named in it."
    )
    async def export_my_data(self, info: Info) -> str:
        return await own_data.export_my_data(info.context.viewer)

    @strawberry.mutation(
        graphql_type=EraseMyAccountResult,
        description="Remove the person: address, name, password, sessions. Reviews and ratings "
        "stay, under 'Deleted account'. There is no way back. NOT_ALLOWED for the only "
        "administrator.",
    )
    async def erase_my_account(
        self, info: Info, input: Annotated[EraseMyAccountInput, INPUT]
    ) -> accounts.AccountErased:
        erased = await accounts.erase_my_account(
            info.context.viewer, password=input.password, limits=info.context.limits
        )
        info.context.account = None  # the rest of the document is nobody's
        return erased

    @strawberry.mutation(
        graphql_type=CreateStoreResult,
        description="Open a store. Needs the role SELLER, and makes its caller the seller.",
    )
    async def create_store(
        self, info: Info, input: Annotated[CreateStoreInput, INPUT]
    ) -> models.Store:
        return await catalogue.create_store(info.context.viewer, **vars(input))

    @strawberry.mutation(
        graphql_type=CreateProductResult,
        description="Offer a product: the seller of the store, or an administrator.",
    )
    async def create_product(
        self, info: Info, input: Annotated[CreateProductInput, INPUT]
    ) -> models.Product:
        return await catalogue.create_product(
            info.context.viewer,
            store_id=Store.key(input.store_id),
            title=input.title,
            description=input.description,
            amount=input.price.amount,
            currency=input.price.currency,
            image_url=given(input.image_url),
        )

    @strawberry.mutation(
        graphql_type=PlaceOrderResult,
        description="Place an order, signed in or, with an e-mail address, as a guest.",
    )
    async def place_order(
        self, info: Info, input: Annotated[PlaceOrderInput, INPUT]
    ) -> models.Order:
        return await orders.place_order(
            info.context.account,
            [
                orders.Wish(Product.key_or_none(line.product_id), line.quantity)
                for line in input.lines
            ],
            guest_email=given(input.guest_email),
            idempotency_key=given(input.idempotency_key),
            limits=info.context.limits,
        )

    @strawberry.mutation(
        graphql_type=MarkOrderResult,
        description="Move an order on: the store's seller or an administrator.",
    )
    async def mark_order(self, info: Info, input: Annotated[MarkOrderInput, INPUT]) -> models.Order:
        return await orders.mark_order(
            info.context.viewer, order_id=Order.key(input.order_id), status=input.status
        )

    @strawberry.mutation(
        graphql_type=SubmitReviewResult,
        description="Review a purchase. The text passes moderation before anything is kept.",
    )
    async def submit_review(
        self, info: Info, input: Annotated[SubmitReviewInput, INPUT]
    ) -> models.Review:
        return await reviews.submit_review(
            info.context.viewer,
            info.context.pipeline,
            order_line_id=OrderLine.key(input.order_line_id),
            ratings=input.ratings.to_ratings("ratings"),
            comment=input.comment,
            photo_ids=[ReviewPhoto.key_or_none(id) for id in input.photo_ids],
            photo_store=info.context.photo_store,
            ask_moderator=input.ask_moderator,
            idempotency_key=given(input.idempotency_key),
            limits=info.context.limits,
        )

    @strawberry.mutation(
        graphql_type=RequestAmendmentResult,
        description="Ask an administrator to change an own review, or to withdraw it. A new "
        "comment passes moderation before the request is kept.",
    )
    async def request_amendment(
        self, info: Info, input: Annotated[RequestAmendmentInput, INPUT]
    ) -> models.Amendment:
        return await amendments.request_amendment(
            info.context.viewer,
            info.context.pipeline,
            review_id=Review.key(input.review_id),
            kind=input.kind,
            ratings=input.to_ratings(),
            comment=given(input.comment),
            explanation=input.explanation,
        )

    @strawberry.mutation(
        graphql_type=ReportReviewResult,
        description="Ask moderators to look at a published review. It stays public until they "
        "decide, and who reported it is shown to nobody.",
    )
    async def report_review(
        self, info: Info, input: Annotated[ReportReviewInput, INPUT]
    ) -> models.Review:
        return await reviews.report_review(
            info.context.viewer,
            review_id=Review.key(input.review_id),
            reason=input.reason,
            note=input.note,
        )

    @strawberry.mutation(
        graphql_type=MarkReviewHelpfulResult,
        description="Mark somebody else's review as helpful, or take the mark back.",
    )
    async def mark_review_helpful(
        self, info: Info, input: Annotated[MarkReviewHelpfulInput, INPUT]
    ) -> models.Review:
        return await reviews.mark_review_helpful(
            info.context.viewer, review_id=Review.key(input.review_id), helpful=input.helpful
        )

    @strawberry.mutation(
        graphql_type=RespondToReviewResult,
        description="Answer a review in public: the seller of its store. One response stands at a "
        "time; when a moderator has taken it away, another may be written.",
    )
    async def respond_to_review(
        self, info: Info, input: Annotated[RespondToReviewInput, INPUT]
    ) -> models.Review:
        return await responses.respond_to_review(
            info.context.viewer,
            info.context.pipeline,
            review_id=Review.key(input.review_id),
            text=input.text,
        )

    @strawberry.mutation(
        graphql_type=OpenDisputeResult,
        description="Dispute a review: the seller of its store, on a ground. The review stays "
        "public; its author is asked for an answer.",
    )
    async def open_dispute(
        self, info: Info, input: Annotated[OpenDisputeInput, INPUT]
    ) -> models.Dispute:
        return await disputes.open_dispute(
            info.context.viewer,
            review_id=Review.key(input.review_id),
            ground=input.ground,
            statement=input.statement,
            days=info.context.dispute_days,
        )

    @strawberry.mutation(
        graphql_type=AnswerDisputeResult,
        description="Answer a dispute over an own review, once and until dueAt. Not public.",
    )
    async def answer_dispute(
        self, info: Info, input: Annotated[AnswerDisputeInput, INPUT]
    ) -> models.Dispute:
        return await disputes.answer_dispute(
            info.context.viewer,
            info.context.pipeline,
            dispute_id=Dispute.key(input.dispute_id),
            text=input.text,
        )

    @strawberry.mutation(
        graphql_type=SettleDisputeResult,
        description="Settle a dispute, when its author has answered or dueAt has passed. For "
        "moderators, not on own reviews or those of own stores.",
    )
    async def settle_dispute(
        self, info: Info, input: Annotated[SettleDisputeInput, INPUT]
    ) -> models.Dispute:
        return await disputes.settle_dispute(
            info.context.viewer,
            dispute_id=Dispute.key(input.dispute_id),
            outcome=input.outcome,
            explanation=input.explanation,
            appeal_days=info.context.appeal_days,
        )

    @strawberry.mutation(
        graphql_type=AppealDecisionResult,
        description="Ask for another person to look at the decision that stands against an own "
        "review, within the time told in the statement of reasons.",
    )
    async def appeal_decision(
        self, info: Info, input: Annotated[AppealDecisionInput, INPUT]
    ) -> models.Appeal:
        return await appeals.appeal_decision(
            info.context.viewer, review_id=Review.key(input.review_id), statement=input.statement
        )

    @strawberry.mutation(
        graphql_type=OpenOrderProblemResult,
        description="Tell the seller what is wrong with something that the viewer ordered signed "
        "in. A guest writes to reviewPolicy.contact instead.",
    )
    async def open_order_problem(
        self, info: Info, input: Annotated[OpenOrderProblemInput, INPUT]
    ) -> models.OrderProblem:
        return await order_problems.open_order_problem(
            info.context.viewer,
            order_line_id=OrderLine.key(input.order_line_id),
            kind=input.kind,
            text=input.text,
            contact=info.context.support_contact,
            escalation_hours=info.context.escalation_hours,
        )

    @strawberry.mutation(
        graphql_type=ReplyToOrderProblemResult,
        description="Write to the other sides of a problem that is not resolved: its customer, the "
        "store's seller or an administrator.",
    )
    async def reply_to_order_problem(
        self, info: Info, input: Annotated[ReplyToOrderProblemInput, INPUT]
    ) -> models.OrderProblem:
        return await order_problems.reply_to_order_problem(
            info.context.viewer,
            problem_id=OrderProblem.key(input.order_problem_id),
            text=input.text,
        )

    @strawberry.mutation(
        graphql_type=EscalateOrderProblemResult,
        description="Take an own problem to the administration: from escalatableAt on, or at any "
        "time if the seller has resolved it and that does not satisfy.",
    )
    async def escalate_order_problem(
        self, info: Info, input: Annotated[EscalateOrderProblemInput, INPUT]
    ) -> models.OrderProblem:
        return await order_problems.escalate_order_problem(
            info.context.viewer,
            problem_id=OrderProblem.key(input.order_problem_id),
            text=input.text,
        )

    @strawberry.mutation(
        graphql_type=ResolveOrderProblemResult,
        description="Say how a problem was settled: the store's seller until it is escalated, or "
        "an administrator.",
    )
    async def resolve_order_problem(
        self, info: Info, input: Annotated[ResolveOrderProblemInput, INPUT]
    ) -> models.OrderProblem:
        return await order_problems.resolve_order_problem(
            info.context.viewer,
            problem_id=OrderProblem.key(input.order_problem_id),
            text=input.text,
        )

    @strawberry.mutation(
        graphql_type=ClaimReviewsResult,
        description="Be at work on reviews, so that nobody else decides on them meanwhile. "
        "Claiming again renews. For moderators.",
    )
    async def claim_reviews(
        self, info: Info, input: Annotated[ClaimReviewsInput, INPUT]
    ) -> ClaimedReviews:
        ids = given(input.review_ids)
        claimed = await desk.claim_reviews(
            info.context.viewer,
            review_ids=None if ids is None else [Review.key(id) for id in ids],
            next=given(input.next),
            minutes=input.minutes,
        )
        return ClaimedReviews(reviews=cast(list[Review], claimed))

    @strawberry.mutation(
        graphql_type=ReleaseReviewsResult,
        description="Be no longer at work on reviews. For moderators.",
    )
    async def release_reviews(
        self, info: Info, input: Annotated[ReleaseReviewsInput, INPUT]
    ) -> ClaimedReviews:
        released = await desk.release_reviews(
            info.context.viewer, review_ids=[Review.key(id) for id in input.review_ids]
        )
        return ClaimedReviews(reviews=cast(list[Review], released))

    @strawberry.mutation(
        graphql_type=ModerateReviewResult,
        description="Publish, hold or remove a review. For moderators, not on own reviews or "
        "those of own stores.",
    )
    async def moderate_review(
        self, info: Info, input: Annotated[ModerateReviewInput, INPUT]
    ) -> models.Review:
        return await desk.moderate_review(
            info.context.viewer, input.to_wish(), appeal_days=info.context.appeal_days
        )

    @strawberry.mutation(
        graphql_type=list[ModerateReviewResult],
        description="Decide on many reviews: one outcome for each, in the order given. An unknown "
        "id, or one that the moderator may not decide on, is InvalidInput with field "
        "decisions.N.reviewId.",
    )
    async def moderate_reviews(
        self, info: Info, input: Annotated[ModerateReviewsInput, INPUT]
    ) -> list[Any]:
        wishes = [decision.to_wish() for decision in input.decisions]
        results = await desk.moderate_reviews(
            info.context.viewer, wishes, appeal_days=info.context.appeal_days
        )
        return [as_data(told, info) if isinstance(told, DomainError) else told for told in results]

    @strawberry.mutation(
        graphql_type=UndoModerationResult,
        description="Take a decision back: the review is again as it was before, by a new "
        "decision. For moderators.",
    )
    async def undo_moderation(
        self, info: Info, input: Annotated[UndoModerationInput, INPUT]
    ) -> models.Review:
        return await desk.undo_moderation(
            info.context.viewer,
            decision_id=ModerationDecision.key(input.decision_id),
            note=input.note,
        )

    @strawberry.mutation(
        graphql_type=SettleAppealResult,
        description="Keep the decision that is appealed, or reverse it: the review is again as the "
        "decision found it, by a new decision. For moderators, by another one than who decided, "
        "and not on own reviews or those of own stores.",
    )
    async def settle_appeal(
        self, info: Info, input: Annotated[SettleAppealInput, INPUT]
    ) -> models.Appeal:
        return await appeals.settle_appeal(
            info.context.viewer,
            appeal_id=Appeal.key(input.appeal_id),
            outcome=input.outcome,
            explanation=input.explanation,
        )

    @strawberry.mutation(
        graphql_type=AddLexiconEntryResult,
        description="List a term, in force on every server within a second. For moderators.",
    )
    async def add_lexicon_entry(
        self, info: Info, input: Annotated[AddLexiconEntryInput, INPUT]
    ) -> models.LexiconEntry:
        return await lexicon.add_entry(
            info.context.viewer,
            info.context.pipeline,
            list=input.list,
            term=input.term,
            language=input.language,
            reason=given(input.reason),
        )

    @strawberry.mutation(
        graphql_type=RemoveLexiconEntryResult,
        description="Take a term out of its list, in force as quickly. For moderators.",
    )
    async def remove_lexicon_entry(
        self, info: Info, input: Annotated[RemoveLexiconEntryInput, INPUT]
    ) -> lexicon.LexiconEntryRemoved:
        return await lexicon.remove_entry(
            info.context.viewer,
            info.context.pipeline,
            entry_id=LexiconEntry.key(input.entry_id),
        )

    @strawberry.mutation(
        graphql_type=ReplayModerationResult,
        description="Runs today's pipeline over past reviews and says what it would now decide; "
        "changes nothing unless apply is true, and then only holds. For moderators.",
    )
    async def replay_moderation(
        self, info: Info, input: Annotated[ReplayModerationInput, INPUT]
    ) -> replay.ModerationReplay:
        return await replay.replay_moderation(
            info.context.viewer,
            info.context.pipeline,
            start=input.from_,
            end=input.to,
            limit=input.limit,
            apply=input.apply,
            after=given(input.after),
        )

    @strawberry.mutation(
        graphql_type=SuspendAuthorResult,
        description="Keep the author of a review from reviewing, until a time or for good, instead "
        "of any suspension before. For moderators, not on own reviews, those of own stores, or "
        "of who moderates.",
    )
    async def suspend_author(
        self, info: Info, input: Annotated[SuspendAuthorInput, INPUT]
    ) -> models.Suspension:
        return await suspensions.suspend_author(
            info.context.viewer,
            review_id=Review.key(input.review_id),
            until=given(input.until),
            reason=input.reason,
            note=input.note,
        )

    @strawberry.mutation(
        graphql_type=LiftSuspensionResult,
        description="Let the author of a review write again. For moderators.",
    )
    async def lift_suspension(
        self, info: Info, input: Annotated[LiftSuspensionInput, INPUT]
    ) -> models.Review:
        return await suspensions.lift_suspension(
            info.context.viewer, review_id=Review.key(input.review_id), note=input.note
        )

    @strawberry.mutation(
        graphql_type=RemoveSellerResponseResult,
        description="Take a seller's response away, in whatever state the review is. For "
        "moderators, not on own reviews or those of own stores.",
    )
    async def remove_seller_response(
        self, info: Info, input: Annotated[RemoveSellerResponseInput, INPUT]
    ) -> models.Review:
        return await responses.remove_response(
            info.context.viewer,
            review_id=Review.key(input.review_id),
            reason=input.reason,
            note=input.note,
        )

    @strawberry.mutation(
        graphql_type=RemoveReviewPhotoResult,
        description="Take one photo out of a review that is held or published, and keep the "
        "review. The author can appeal; undoModeration brings it back. For moderators, not on own "
        "reviews or those of own stores.",
    )
    async def remove_review_photo(
        self, info: Info, input: Annotated[RemoveReviewPhotoInput, INPUT]
    ) -> models.Review:
        return await photos.remove_photo(
            info.context.viewer,
            photo_id=ReviewPhoto.key(input.photo_id),
            note=input.note,
            appeal_days=info.context.appeal_days,
        )

    @strawberry.mutation(
        graphql_type=CarryOutAmendmentResult,
        description="Change a review as its author asked, or withdraw it. A new comment passes "
        "moderation again. For administrators, not on own reviews or those of own stores.",
    )
    async def carry_out_amendment(
        self, info: Info, input: Annotated[CarryOutAmendmentInput, INPUT]
    ) -> models.Amendment:
        return await amendments.carry_out_amendment(
            info.context.viewer,
            info.context.pipeline,
            amendment_id=Amendment.key(input.amendment_id),
            note=input.note,
        )

    @strawberry.mutation(
        graphql_type=DeclineAmendmentResult,
        description="Leave a review as it is, though its author asked for a change. For "
        "administrators, not on own reviews or those of own stores.",
    )
    async def decline_amendment(
        self, info: Info, input: Annotated[DeclineAmendmentInput, INPUT]
    ) -> models.Amendment:
        return await amendments.decline_amendment(
            info.context.viewer,
            amendment_id=Amendment.key(input.amendment_id),
            note=input.note,
        )

    @strawberry.mutation(
        graphql_type=GrantRoleResult, description="Give or take a role. For administrators."
    )
    async def grant_role(
        self, info: Info, input: Annotated[GrantRoleInput, INPUT]
    ) -> models.Account:
        return await accounts.grant_role(info.context.viewer, **vars(input))

    @strawberry.mutation(
        graphql_type=RatingVerification,
        description="Recounts every summary; says how many were wrong, and mends them. For "
        "administrators.",
    )
    async def verify_rating_summaries(self, info: Info) -> ratings.RatingVerification:
        return await ratings.verify_rating_summaries(info.context.viewer)
