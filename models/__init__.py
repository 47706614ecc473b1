"""What is stored, and the rules that always hold for it."""

from .account import AccessToken, Account, Role
from .amendment import Amendment, AmendmentKind, AmendmentStatus
from .appeal import Appeal, AppealOutcome, AppealStatus
from .audit import AuditEntry
from .decision import ModerationAction, ModerationDecision
from .dispute import Dispute, DisputeGround, DisputeOutcome, DisputeStatus
from .eligibility import EligibilityCode, ReviewEligibility
from .errors import DomainError, Message
from .event import EventKind, MarketEvent, QueueChangeKind
from .keyed_answer import KeyedAnswer
from .lexicon import LexiconEntry, LexiconList, LexiconStamp
from .money import Money
from .order import Order, OrderLine, OrderStatus
from .order_problem import (
    MessageAuthor,
    OrderProblem,
    OrderProblemKind,
    OrderProblemMessage,
    OrderProblemStatus,
)
from .photo import Photo, PhotoSize, StoredPicture
from .product import Product
from .rate_attempt import RateAttempt
from .rate_charge import RateCharge
from .rating import RatingCriterion, Ratings, RatingSummary, SiteRating
from .rejection_count import RejectionCount
from .report import ReviewReport
from .response import RemovedResponse, SellerResponse
from .review import HelpfulMark, Review, ReviewFilter, ReviewOrder
from .review_status import ReviewStatus
from .revision import ReviewRevision
from .store import Store
from .suspension import Suspension
from .text_band import TextBand

__all__ = [
    "AccessToken",
    "Account",
    "Amendment",
    "AmendmentKind",
    "AmendmentStatus",
    "Appeal",
    "AppealOutcome",
    "AppealStatus",
    "AuditEntry",
    "Dispute",
    "DisputeGround",
    "DisputeOutcome",
    "DisputeStatus",
    "DomainError",
    "EligibilityCode",
    "EventKind",
    "HelpfulMark",
    "KeyedAnswer",
    "LexiconEntry",
    "LexiconList",
    "LexiconStamp",
    "MarketEvent",
    "Message",
    "MessageAuthor",
    "ModerationAction",
    "ModerationDecision",
    "Money",
    "Order",
    "OrderLine",
    "OrderProblem",
    "OrderProblemKind",
    "OrderProblemMessage",
    "OrderProblemStatus",
    "OrderStatus",
    "Photo",
    "PhotoSize",
    "Product",
    "QueueChangeKind",
    "RateAttempt",
    "RateCharge",
    "RatingCriterion",
    "RatingSummary",
    "Ratings",
    "RejectionCount",
    "RemovedResponse",
    "Review",
    "ReviewEligibility",
    "ReviewFilter",
    "ReviewOrder",
    "ReviewReport",
    "ReviewRevision",
    "ReviewStatus",
    "Role",
    "SellerResponse",
    "SiteRating",
    "Store",
    "StoredPicture",
    "Suspension",
    "TextBand",
]
