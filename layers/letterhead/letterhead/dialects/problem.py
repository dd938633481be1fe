"""What is wrong with a request, before it has a dialect's shape."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """The kinds of refusal; each dialect has one status and one code for each of them."""

    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    INVALID = "invalid"
    TAKEN = "taken"
    LIMIT_REACHED = "limit_reached"
    FROM_NOT_VERIFIED = "from_not_verified"
    SUPPRESSED = "suppressed"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    KEY_CONFLICT = "key_conflict"
    PROVIDER_REFUSED = "provider_refused"
    UNSUPPORTED_MEDIA = "unsupported_media"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@value_type
class Problem:
    """A refusal. `fields` maps the concept's field names to what is wrong with them; `message` serves where there are none.

    `retry_after` is in seconds; `allow` lists the methods that a path knows. A `provisional` one may not stand at the next try.
    """

    kind: Kind
    message: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    retry_after: int | None = None
    allow: tuple[str, ...] = ()
    provisional: bool = False


class InvalidFieldsError(Exception):
    """A body or a query has fields that can't be taken; maps each field's name to what is wrong with it."""

    def __init__(self, fields: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(", ".join(fields))
        self.fields = dict(fields)


class InvalidBodyError(Exception):
    """A body can't be read at all; the message says why."""
