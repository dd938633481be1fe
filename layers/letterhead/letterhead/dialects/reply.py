"""An answer in a dialect's words, before it becomes bytes."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json"


@value_type
class Reply:
    """Status, body and headers. `body` is what JSON makes of it, text as it is, or None for an empty body.

    `secrets` are JSON Pointers (RFC 6901) to what may be told once and never kept. A `provisional` one may be otherwise at the
    next try, though its status doesn't say so.
    """

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON
    secrets: tuple[str, ...] = ()
    provisional: bool = False
