"""An account's own limits."""

from __future__ import annotations

import pytest

from letterhead.accounts.limits import LARGEST_LIMIT, NO_LIMITS, AccountLimits, LimitsError


def test_what_is_given_is_kept_and_the_rest_left_to_the_deployment():
    limits = AccountLimits.read({"domains": 3, "identities": 0, "sends_per_day": None})
    assert limits == AccountLimits(domains=3, identities=0)
    assert limits.given() == {"domains": 3, "identities": 0}
    assert AccountLimits.read({}) == NO_LIMITS


WRONG = [
    *(None, [], "3", 3, {"domain": 3}, {"requests_per_minute": []}),
    *({"domains": value} for value in (-1, 1.5, True, "3", LARGEST_LIMIT + 1)),
]


@pytest.mark.parametrize("given", WRONG)
def test_anything_else_is_refused(given):
    with pytest.raises(LimitsError, match="limits"):
        AccountLimits.read(given)
