"""One call as the access log keeps it: its outline, never what a caller or an answer said."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from letterhead.tokens.dialect import Dialect

KEPT = timedelta(days=7)
LONGEST_USER_AGENT = 256


@value_type
class LoggedCall:
    """A call. `call_id` holds the moment at which it came, in milliseconds, so that calls sort by it.

    `route` is the table's path with its parameters in braces; `domain_id` the sending domain that it was about, where that is
    known; `milliseconds` how long the answer took.
    """

    call_id: str
    account_id: str
    request_id: str
    dialect: Dialect
    method: str
    route: str
    status: int
    token_id: str
    token_preview: str
    source_address: str
    user_agent: str
    milliseconds: int
    domain_id: str | None = None
