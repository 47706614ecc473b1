"""The enums of the rooms below, described. They are the same objects; nothing is copied."""

import strawberry

import models
from models.product import ProductOrder
from models.queue import QueueOrder
from moderation import PolicyReason, Verdict
from resolvers.statements import StatementDecision

DESCRIPTIONS = {
    models.AppealOutcome: "How an appeal was settled.",
    models.AppealStatus: "How far an appeal has come.",
    models.DisputeGround: "On what ground a seller may dispute a review.",
    models.DisputeOutcome: "How a dispute ended.",
    models.DisputeStatus: "How far a dispute has come.",
    models.AmendmentKind: "What an author asks for: to change a review, or to withdraw it.",
    models.AmendmentStatus: "What became of an author's request.",
    models.EligibilityCode: "Whether one may review, or why not.",
    models.LexiconList: "What becomes of a text with a term: it is rejected; held; or what filters "
    "find within the term does not count.",
    models.ModerationAction: "What a moderator can do with a review.",
    models.MessageAuthor: "Who speaks in a problem with order.",
    models.OrderProblemKind: "What is wrong with what was ordered.",
    models.OrderProblemStatus: "Who has to see to a problem with order.",
    models.OrderStatus: "How far an order has come.",
    models.QueueChangeKind: "What became of a review in the moderators' queue.",
    models.RatingCriterion: "The three criteria of every review.",
    models.ReviewOrder: "How a list of reviews is ordered.",
    models.ReviewStatus: "What became of a review.",
    models.Role: "What an account may do.",
    PolicyReason: "What a review may be stopped or removed for.",
    ProductOrder: "How a list of products is ordered.",
    QueueOrder: "How the queue is ordered: RISK by what moderation measured, then by reports.",
    StatementDecision: "What was decided against somebody.",
    Verdict: "What the pipeline says of a text.",
}

for enum, description in DESCRIPTIONS.items():
    strawberry.enum(enum, description=description)
