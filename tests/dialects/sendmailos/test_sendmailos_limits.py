"""The headers about limits."""

from __future__ import annotations

from letterhead.dialects.sendmailos import limits
from letterhead.limits.limit import a_minute
from letterhead.limits.standing import Standing


def test_an_answer_tells_limit_remaining_and_reset():
    assert limits.headers(Standing(a_minute("requests", "t", 600), 598, 1_754_050_000)) == {
        "X-RateLimit-Limit": "600",
        "X-RateLimit-Remaining": "598",
        "X-RateLimit-Reset": "1754050000",
    }


def test_without_a_limit_nothing_is_told():
    assert limits.headers(Standing(a_minute("requests", "t", None), None, 0)) == {}
