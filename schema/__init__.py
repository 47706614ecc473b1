"""The GraphQL schema: names, types and descriptions, and nothing else."""

from . import enums  # first: a class becomes an enum of the schema before a field uses it
from .schema import schema

__all__ = ["enums", "schema"]
