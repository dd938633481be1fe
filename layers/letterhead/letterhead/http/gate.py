"""How many requests a token and its account may make: asked before a call, told with every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.mailersend import limits as mailersend
from letterhead.dialects.sendara import limits as sendara
from letterhead.dialects.sendmailos import limits as sendmailos
from letterhead.limits.allotment import Amounts, Quotas, quotas
from letterhead.limits.standing import Standing, tightest
from letterhead.tokens.dialect import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.limits.leases import Leases
    from letterhead.tokens.token import ApiToken


class Gate:
    """The limits of one environment.

    `amounts` are the deployment's requests a minute of a token and of an account, and mails a day; an account's own go before
    them.
    """

    def __init__(self, leases: Leases, amounts: tuple[int, int, int]) -> None:
        self._leases = leases
        self._amounts = Amounts(*amounts)

    def admit(self, token: ApiToken, now: datetime) -> tuple[Standing, ...]:
        """Spend one request of the token's and of the account's; how both stand then.

        A store that doesn't answer lets the request through: what must not run without a limit, sending, asks by itself.
        Raises `LimitExceededError`.
        """
        return self._leases.admit(self._quotas(token).request, now, lenient=True)

    def headers(self, token: ApiToken, standings: Sequence[Standing], now: datetime) -> Mapping[str, str]:
        """What a caller is told about its limits, in its dialect's words."""
        rate = tightest(standings)
        match token.dialect:
            case Dialect.MAILERSEND:
                return mailersend.headers(rate, self._leases.standing(self._quotas(token).sends, now))
            case Dialect.SENDARA:
                return sendara.headers(rate)
            case Dialect.SENDMAILOS:
                return sendmailos.headers(rate)

    def quota(self, token: ApiToken, now: datetime) -> Standing:
        """How the account's sends of today stand; raises `UnavailableError`."""
        return self._leases.survey(self._quotas(token).sends, now)

    def _quotas(self, token: ApiToken) -> Quotas:
        own, common = token.limits, self._amounts
        amounts = Amounts(
            common.token_requests_a_minute,
            common.account_requests_a_minute if own.requests_per_minute is None else own.requests_per_minute,
            common.sends_a_day if own.sends_per_day is None else own.sends_per_day,
        )
        return quotas(token.account_id, token.token_id, amounts)
