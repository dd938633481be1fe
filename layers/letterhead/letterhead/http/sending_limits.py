"""How much may be sent today: by an account, and by a domain that is warming up."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from letterhead.limits.allotment import Amounts, Demand, account_allotment, quotas
from letterhead.limits.limit import a_day
from letterhead.limits.standing import LimitExceededError
from letterhead.messages.warm_up import WarmUps

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.activity.counts import Counts
    from letterhead.limits.allotment import Allotment
    from letterhead.limits.leases import Leases
    from letterhead.messages.sender import Sender
    from letterhead.messages.warm_up import WarmUpStore
    from letterhead.tokens.token import ApiToken


class DailySends:
    """The mails that an account may send a day, leased as its requests are (`letterhead.limits`)."""

    def __init__(self, leases: Leases, amounts: tuple[int, int, int]) -> None:
        self._leases = leases
        self._amounts = Amounts(*amounts)

    def spend(self, token: ApiToken, quantity: int, now: datetime) -> bool:
        """Spend so many; False and nothing is spent when there aren't as many. Raises `UnavailableError`."""
        return _spent(self._leases, self._sends(token), quantity, now)

    def left(self, token: ApiToken, now: datetime) -> int:
        """How many are left. Raises `UnavailableError`."""
        remaining = self._leases.survey(self._sends(token), now).remaining
        return sys.maxsize if remaining is None else remaining

    def _sends(self, token: ApiToken) -> Allotment:
        own = token.limits.sends_per_day
        amounts = self._amounts if own is None else self._amounts._replace(sends_a_day=own)
        return quotas(token.account_id, token.token_id, amounts).sends


class WarmUpSends:
    """The mails that a domain which is warming up may send today; `allowances` are the first day's and the last one's."""

    def __init__(
        self, leases: Leases, allowances: tuple[int, int], counts: Counts, store: WarmUpStore
    ) -> None:
        self._leases = leases
        self._warm_ups = WarmUps(*allowances, counts, store)

    def spend(self, sender: Sender, quantity: int, now: datetime) -> bool:
        """Spend so many; False and nothing is spent when there aren't as many; True for a domain that isn't warming up."""
        allotment = self._allotment(sender, now, noting=True)
        return allotment is None or _spent(self._leases, allotment, quantity, now)

    def left(self, sender: Sender, now: datetime) -> int | None:
        """How many are left; None for a domain that isn't warming up."""
        allotment = self._allotment(sender, now, noting=False)
        return None if allotment is None else self._leases.survey(allotment, now).remaining

    def _allotment(self, sender: Sender, now: datetime, *, noting: bool) -> Allotment | None:
        domain = sender.domain
        warm_up = None if domain is None else self._warm_ups.today(domain, now, noting=noting)
        if domain is None or warm_up is None or warm_up.allowance is None:
            return None
        limit = a_day("warm-up", "w", warm_up.allowance)
        return account_allotment(domain.domain_id, limit, (f"domain#{domain.domain_id}",))


def _spent(leases: Leases, allotment: Allotment, quantity: int, now: datetime) -> bool:
    try:
        leases.admit([Demand(allotment, quantity)], now)
    except LimitExceededError:
        return False
    return True
