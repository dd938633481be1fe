"""MailerSend's words about limits."""

from __future__ import annotations

from letterhead.dialects.mailersend import limits, quota
from letterhead.limits.limit import a_day, a_minute
from letterhead.limits.standing import Standing

MIDNIGHT = 1_754_092_800  # 2025-08-02, the day of a recorded answer
RATE = Standing(a_minute("requests", "t", 600), 598, 1_754_050_000)
DAY = Standing(a_day("sends", "s", 50_000), 49_990, MIDNIGHT)
NO_DAY = Standing(a_day("sends", "s", None), None, MIDNIGHT)


def test_an_answer_tells_the_rate_and_the_days_quota():
    assert limits.headers(RATE, DAY) == {
        "x-ratelimit-limit": "600",
        "x-ratelimit-remaining": "598",
        "x-apiquota-remaining": "49990",
        "x-apiquota-reset": "2025-08-02T00:00:00Z",
    }


def test_without_a_quota_minus_one_is_left():
    assert limits.headers(RATE, NO_DAY)["x-apiquota-remaining"] == "-1"


def test_without_a_rate_only_the_quota_is_told():
    assert set(limits.headers(Standing(a_minute("requests", "t", None), None, 0), DAY)) == {
        "x-apiquota-remaining",
        "x-apiquota-reset",
    }


def test_the_quota_answer_has_no_wrapper():
    reply = quota.render(DAY)
    assert (reply.status, reply.body) == (
        200,
        {"quota": 50_000, "remaining": 49_990, "reset": "2025-08-02T00:00:00Z"},
    )
    assert quota.render(NO_DAY).body == {"quota": -1, "remaining": -1, "reset": "2025-08-02T00:00:00Z"}
