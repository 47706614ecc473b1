"""The one Schema object."""

import strawberry
from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import ExecutionContext

from .account import Viewer
from .errors import exception_handlers, make_presentable
from .execution.plain_selections import PlainSelections
from .mutation import Mutation
from .order import Order, OrderLine
from .product import Product
from .query import Query
from .review import Review
from .store import Store

DOCUMENTS_KEPT = 500


class Schema(strawberry.Schema):
    """Strawberry's, with errors as `schema.errors` presents them."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        make_presentable(errors, execution_context)


schema = Schema(
    Query,
    Mutation,
    types=[Order, OrderLine, Product, Review, Store, Viewer],
    extensions=[
        lambda: ParserCache(maxsize=DOCUMENTS_KEPT),
        lambda: ValidationCache(maxsize=DOCUMENTS_KEPT),
    ],
    execution_context_class=PlainSelections,
    exception_handlers=exception_handlers,
)
