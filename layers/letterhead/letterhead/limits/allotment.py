"""Where the permits of an account and of its tokens are booked.

Every request needs a permit of its token and one of its account, yet may cost one write at most. So whatever a request can lack at
the same time lies in one ledger: half of a token's permits can be booked in its account's ledger, the other half in a ledger of
its own, for requests whose account has a lease already. A small limit lies in the account's ledger as a whole.

A partition of DynamoDB takes 1,000 writes of 1 KB a second ("Designing partition keys to distribute your workload", developer
guide). A ledger carries at most 6,000 permits a minute, a tenth of that even if every request were a write; larger accounts and
tokens are spread over several.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from letterhead.limits.limit import MINUTE_SECONDS, Limit, a_day, a_minute

_PERMITS_A_MINUTE_AND_LEDGER = 6_000
_MOST_LEDGERS = 32
_REMEMBERED = 4_096


@dataclass(frozen=True)
class Pool:
    """The share of a limit that is booked in one ledger, in one column of it."""

    ledger: str
    column: str
    share: int


@dataclass(frozen=True)
class Allotment:
    """One account's or token's limit. `shared` has a pool in each of the account's ledgers, in their order; `own` the others."""

    key: str
    limit: Limit
    shared: tuple[Pool, ...]
    own: tuple[Pool, ...] = ()

    @property
    def pools(self) -> tuple[Pool, ...]:
        """All of them; their shares add up to the limit's amount."""
        return self.own + self.shared


@dataclass(frozen=True)
class Amounts:
    """What an account may ask for; None is without a limit."""

    token_requests_a_minute: int | None = 600
    account_requests_a_minute: int | None = 6_000
    sends_a_day: int | None = 50_000


@dataclass(frozen=True)
class Quotas:
    """What applies to one token's requests and sends."""

    token: Allotment
    account: Allotment
    sends: Allotment


@lru_cache(_REMEMBERED)
def quotas(account_id: str, token_id: str, amounts: Amounts) -> Quotas:
    """The allotments of a token and its account."""
    of_account = a_minute("account requests", "r", amounts.account_requests_a_minute)
    of_token = a_minute("token requests", "t", amounts.token_requests_a_minute)
    ledgers = tuple(f"account#{account_id}#{index}" for index in range(_ledgers(of_account)))
    return Quotas(
        token=token_allotment(token_id, of_token, ledgers),
        account=account_allotment(account_id, of_account, ledgers),
        sends=account_allotment(account_id, a_day("sends", "s", amounts.sends_a_day), ledgers),
    )


def account_allotment(account_id: str, limit: Limit, ledgers: tuple[str, ...]) -> Allotment:
    """A limit of an account, spread evenly over the account's ledgers."""
    return Allotment(f"{limit.column}#{account_id}", limit, _pools(limit.amount or 0, limit.column, ledgers))


def token_allotment(token_id: str, limit: Limit, ledgers: tuple[str, ...]) -> Allotment:
    """A limit of a token: one half in the account's ledgers, the other in its own; a small one in the account's alone."""
    amount = limit.amount or 0
    in_own = 0 if limit.exact else amount // 2
    own = tuple(f"token#{token_id}#{index}" for index in range(_ledgers(limit))) if in_own else ()
    return Allotment(
        f"{limit.column}#{token_id}",
        limit,
        _pools(amount - in_own, f"{limit.column}{token_id}", ledgers),
        _pools(in_own, limit.column, own),
    )


def _pools(amount: int, column: str, ledgers: tuple[str, ...]) -> tuple[Pool, ...]:
    count = len(ledgers)
    return tuple(
        Pool(ledger, column, amount * (index + 1) // count - amount * index // count)
        for index, ledger in enumerate(ledgers)
    )


def _ledgers(limit: Limit) -> int:
    a_minute_at_most = (limit.amount or 0) * MINUTE_SECONDS // limit.seconds
    return min(_MOST_LEDGERS, max(1, -(-a_minute_at_most // _PERMITS_A_MINUTE_AND_LEDGER)))
