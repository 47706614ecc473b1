"""What is stored, and the rules that always hold for it."""

from .account import AccessToken, Account, Role
from .decision import ModerationDecision
from .eligibility import EligibilityCode, ReviewEligibility
from .errors import DomainError, Message
from .keyed_answer import KeyedAnswer
from .lexicon import LexiconEntry, LexiconList, LexiconStamp
from .money import Money
from .order import Order, OrderLine, OrderStatus
from .product import Product
from .rating import RatingCriterion, Ratings, RatingSummary, SiteRating
from .rejection_count import RejectionCount
from .review import HelpfulMark, Review, ReviewFilter, ReviewOrder
from .review_status import ReviewStatus
from .store import Store
from .text_band import TextBand

__all__ = [
    "AccessToken",
    "Account",
    "DomainError",
    "EligibilityCode",
    "HelpfulMark",
    "KeyedAnswer",
    "LexiconEntry",
    "LexiconList",
    "LexiconStamp",
    "Message",
    "ModerationDecision",
    "Money",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Product",
    "RatingCriterion",
    "RatingSummary",
    "Ratings",
    "RejectionCount",
    "Review",
    "ReviewEligibility",
    "ReviewFilter",
    "ReviewOrder",
    "ReviewStatus",
    "Role",
    "SiteRating",
    "Store",
    "TextBand",
]
