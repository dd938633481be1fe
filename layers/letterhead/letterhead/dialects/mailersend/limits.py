"""MailerSend's headers about limits: the rate, and the day's quota (contracts A.1, recorded answers)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from letterhead.dialects.times import in_seconds

if TYPE_CHECKING:
    from letterhead.limits.standing import Standing

UNLIMITED = -1


def headers(rate: Standing, quota: Standing) -> dict[str, str]:
    """The headers of every answer: `rate` is how requests stand, `quota` the day's sends."""
    found = {"x-apiquota-remaining": str(left_of(quota)), "x-apiquota-reset": reset_of(quota)}
    if rate.remaining is not None:
        found |= {"x-ratelimit-limit": str(rate.limit.amount), "x-ratelimit-remaining": str(rate.remaining)}
    return found


def left_of(quota: Standing) -> int:
    """What is left of a quota; -1 where there is none."""
    return UNLIMITED if quota.remaining is None else quota.remaining


def reset_of(quota: Standing) -> str:
    """When a quota is renewed: the next midnight in UTC, for a day's."""
    return _instant(quota.reset)


@lru_cache(maxsize=4)
def _instant(unix_seconds: int) -> str:
    return in_seconds(datetime.fromtimestamp(unix_seconds, UTC))
