"""What the answer to a query is about, by the names of models/shown.py.

While it is answered, its context notes the rows that are shown (`Context.meet`): each product,
store, review and photo that was asked for by its key, and what goes with it. Lists below them are
part of them. What the query selects of these rows is known beforehand.
"""

from collections.abc import Collection

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)

from models.shown import also

BY_KEY = {"product", "store", "review", "node", "nodes"}
"""Fields of Query that lead to certain rows. Whatever else is asked, nobody tells of its change."""
MORE = {
    ("Store", "ratingSummary"): ("store", "sold_by"),
    ("Store", "products"): ("store", "sold_by"),
    ("Store", "reviews"): ("store", "sold_by"),
    ("Author", "reviewCount"): ("author", "reviews_by"),
}
"""Fields that show more of a row than it says of itself: of which names, which others."""
MOST_NAMES = 500


class Contents:
    """Of one query."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        asked: Collection[str],
    ) -> None:
        """`asked` are the fields of Query that the operation selects; of the document, what other
        operations select counts too."""
        self.are_certain = set(asked) <= BY_KEY
        selected = Selected(schema)
        visit(document, TypeInfoVisitor(selected.types, selected))
        self.more = {MORE[field] for field in selected.fields & MORE.keys()}

    def of(self, met: set[str]) -> frozenset[str] | None:
        """The names of all that the answer shows, from those of the rows that were met; None if
        they are too many, or not all that it shows has a name."""
        names = met.union(*(also(met, kind, other) for kind, other in self.more))
        return frozenset(names) if self.are_certain and len(names) <= MOST_NAMES else None


class Selected(Visitor):
    """Notes the fields that a document selects, each with its type."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.fields: set[tuple[str, str]] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if of := self.types.get_parent_type():
            self.fields.add((of.name, node.name.value))
