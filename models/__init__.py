"""What is stored, and the rules that always hold for it."""

from .account import AccessToken, Account, Role
from .decision import ModerationAction, ModerationDecision
from .eligibility import EligibilityCode, ReviewEligibility
from .errors import DomainError, Message
from .event import EventKind, MarketEvent, QueueChangeKind
from .keyed_answer import KeyedAnswer
from .lexicon import LexiconEntry, LexiconList, LexiconStamp
from .money import Money
from .order import Order, OrderLine, OrderStatus
from .product import Product
from .rating import RatingCriterion, Ratings, RatingSummary, SiteRating
from .rejection_count import RejectionCount
from .report import ReviewReport
from .review import HelpfulMark, Review, ReviewFilter, ReviewOrder
from .review_status import ReviewStatus
from .store import Store
from .suspension import Suspension
from .text_band import TextBand

__all__ = [
    "AccessToken",
    "Account",
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
    "ModerationAction",
    "ModerationDecision",
    "Money",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Product",
    "QueueChangeKind",
    "RatingCriterion",
    "RatingSummary",
    "Ratings",
    "RejectionCount",
    "Review",
    "ReviewEligibility",
    "ReviewFilter",
    "ReviewOrder",
    "ReviewReport",
    "ReviewStatus",
    "Role",
    "SiteRating",
    "Store",
    "Suspension",
    "TextBand",
]
