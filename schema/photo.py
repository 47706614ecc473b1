"""Photos of what was bought, as reviews show them."""

from typing import Annotated, cast

import strawberry

import models
from models import PhotoSize

from .node import Mirror, Node

BySize = Annotated[PhotoSize | None, strawberry.argument(description="LARGE if left out.")]


@strawberry.type(
    description="A photo of what was bought. It is seen while its review is; its uploader and "
    "moderators see it always."
)
class ReviewPhoto(Mirror, Node, row=models.Photo):
    width: int = strawberry.field(description="Of the large one, in pixels.")
    height: int = strawberry.field(description="Of the large one, in pixels.")

    @strawberry.field(
        description="Where the picture is, as WebP: a path of this server. LARGE has 1600 pixels "
        "on its longest side at most, THUMBNAIL 320. What is not public needs the header "
        "Authorization there, too."
    )
    def url(self, size: BySize = PhotoSize.LARGE) -> str:
        return f"/photos/{cast(models.Photo, self).id}/{(size or PhotoSize.LARGE).lower()}.webp"
