"""Decides whether a text may be published: a Draft in, an Outcome out.

Knows nothing of GraphQL or the database. The README says how it thinks and how to write a filter.
"""

from .contract import FilterError, FilterInfo
from .language import detect_language
from .outcome import FilterFinding, FilterRun, Outcome
from .pipeline import Pipeline, load
from .terms import Lexicon, Term
from .types import Draft, EarlierText, Filter, Finding, Picture, PolicyReason, Verdict

DEFAULT_FILTERS = (
    "moderation.filters.profanity:Profanity",
    "moderation.filters.obscenity:Obscenity",
    "moderation.filters.english_insults:EnglishInsults",
    "moderation.filters.english_attacks:EnglishAttacks",
    "moderation.filters.english_threats:EnglishThreats",
    "moderation.filters.english_hate:EnglishHate",
    "moderation.filters.english_accusations:EnglishAccusations",
    "moderation.filters.russian_insults:RussianInsults",
    "moderation.filters.russian_attacks:RussianAttacks",
    "moderation.filters.russian_threats:RussianThreats",
    "moderation.filters.russian_hate:RussianHate",
    "moderation.filters.russian_accusations:RussianAccusations",
    "moderation.filters.links:Links",
    "moderation.filters.contacts:Contacts",
    "moderation.filters.advertising:Advertising",
    "moderation.filters.repetition:Repetition",
    "moderation.filters.repeated_photo:RepeatedPhoto",
    "moderation.filters.blank_photo:BlankPhoto",
    "moderation.filters.lexicon:ListedTerms",
    "moderation.filters.learned:Learned",
)
"""Dotted paths of the filters that an installation runs unless it names others, in order."""

__all__ = [
    "DEFAULT_FILTERS",
    "Draft",
    "EarlierText",
    "Filter",
    "FilterError",
    "FilterFinding",
    "FilterInfo",
    "FilterRun",
    "Finding",
    "Lexicon",
    "Outcome",
    "Picture",
    "Pipeline",
    "PolicyReason",
    "Term",
    "Verdict",
    "detect_language",
    "load",
]
