"""SendMailOS's headers about limits (the same three as Sendara's, for its own documents name none: contracts C.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from letterhead.limits.standing import Standing


def headers(rate: Standing) -> dict[str, str]:
    """The headers of every answer: how requests stand; none where they aren't limited. The reset is in Unix seconds."""
    if rate.remaining is None:
        return {}
    return {
        "X-RateLimit-Limit": str(rate.limit.amount),
        "X-RateLimit-Remaining": str(rate.remaining),
        "X-RateLimit-Reset": str(rate.reset),
    }
