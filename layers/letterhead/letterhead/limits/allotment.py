"""Where the permits of an account and of its tokens are booked.

A request needs a permit of its token and one of its account, yet may cost one write at most, and a busy account's requests far
less than one. So a token's limit is divided:

- three fifths in a ledger of its own, for requests whose account has a lease already;
- a fifth under its name in the account's ledgers, for a request that lacks both;
- a fifth for permits without a name: a lease of the account brings a few of them for each of its tokens, so that a hundred tokens
  which send now and then don't cost a write each. They are counted against every token of the account, hence only a fifth.

A small limit lies in the account's ledgers under its token's name as a whole; so does that of a token whose account has a small
one, for such an account has no leases.

A partition of DynamoDB takes 1,000 writes of 1 KB a second ("Designing partition keys to distribute your workload", developer
guide). A ledger carries at most 6,000 permits a minute, a tenth of that even if every request were a write; larger accounts and
tokens are spread over several.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import NamedTuple
from zlib import crc32

from letterhead.limits.limit import MINUTE_SECONDS, Limit, a_day, a_minute
from letterhead.values import value_type

_PERMITS_A_MINUTE_AND_LEDGER = 6_000
_MOST_LEDGERS = 16
_SMALLEST_SHARE = 1_000
_REMEMBERED = 4_096


class Pool(NamedTuple):
    """The share of a limit that is booked in one ledger, in one column of it."""

    ledger: str
    column: str
    share: int


@value_type
class Allotment:
    """One account's or token's limit; the shares of its pools add up to the limit's amount.

    `shared` and `nameless` have a pool in each of the account's ledgers, in the ledgers' order (`nameless` may be empty); `own`
    is elsewhere. Who has the same `account` and limit spends the same nameless permits.
    """

    key: str
    account: str
    limit: Limit
    shared: tuple[Pool, ...]
    nameless: tuple[Pool, ...] = ()
    own: tuple[Pool, ...] = ()

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        """All of them."""
        return self.own + self.shared + self.nameless


class Demand(NamedTuple):
    """So many permits of an allotment."""

    allotment: Allotment
    quantity: int = 1


class Amounts(NamedTuple):
    """What an account may ask for; None is without a limit. It must be the same for all tokens of an account."""

    token_requests_a_minute: int | None = 600
    account_requests_a_minute: int | None = 6_000
    sends_a_day: int | None = 50_000


@value_type
class Quotas:
    """What applies to one token's requests and sends."""

    token: Allotment
    account: Allotment
    sends: Allotment

    @cached_property
    def request(self) -> tuple[Demand, Demand]:
        """What every request demands: a permit of its token and one of its account."""
        return Demand(self.token), Demand(self.account)


@lru_cache(_REMEMBERED)
def quotas(account_id: str, token_id: str, amounts: Amounts) -> Quotas:
    """The allotments of a token and its account."""
    of_account = a_minute("account requests", "r", amounts.account_requests_a_minute)
    of_token = a_minute("token requests", "t", amounts.token_requests_a_minute)
    ledgers = tuple(f"account#{account_id}#{index}" for index in range(_ledgers(of_account)))
    return Quotas(
        token=token_allotment(account_id, token_id, of_token, of_account, ledgers),
        account=account_allotment(account_id, of_account, ledgers),
        sends=account_allotment(account_id, a_day("sends", "s", amounts.sends_a_day), ledgers),
    )


def account_allotment(account_id: str, limit: Limit, ledgers: tuple[str, ...]) -> Allotment:
    """A limit of an account, given the account's ledgers."""
    return Allotment(
        f"{limit.column}#{account_id}",
        account_id,
        limit,
        shared=_pools(limit.amount or 0, limit.column, ledgers),
    )


def token_allotment(
    account_id: str, token_id: str, limit: Limit, of_account: Limit, ledgers: tuple[str, ...]
) -> Allotment:
    """A limit of a token, given its account's limit and ledgers."""
    amount = limit.amount or 0
    is_whole = limit.exact or (of_account.exact and of_account.amount is not None)
    fifth = 0 if is_whole else amount // 5
    own = tuple(f"token#{token_id}#{index}" for index in range(_ledgers(limit)))
    return Allotment(
        f"{limit.column}#{token_id}",
        account_id,
        limit,
        shared=_pools(fifth or amount, f"{limit.column}{token_id}", ledgers),
        nameless=_spread(fifth, f"{limit.column}*{amount}", ledgers) if fifth else (),
        own=_spread(amount - 2 * fifth, limit.column, own) if fifth else (),
    )


def _pools(amount: int, column: str, ledgers: tuple[str, ...]) -> tuple[Pool, ...]:
    """Spread evenly, but for what would be crumbs then: that lies in one of the ledgers, so that a large demand finds room."""
    if amount >= _SMALLEST_SHARE * len(ledgers):
        return _spread(amount, column, ledgers)
    place = crc32(column.encode()) % len(ledgers)
    return tuple(
        Pool(ledger, column, amount if index == place else 0) for index, ledger in enumerate(ledgers)
    )


def _spread(amount: int, column: str, ledgers: tuple[str, ...]) -> tuple[Pool, ...]:
    count = len(ledgers)
    return tuple(
        Pool(ledger, column, amount * (index + 1) // count - amount * index // count)
        for index, ledger in enumerate(ledgers)
    )


def _ledgers(limit: Limit) -> int:
    a_minute_at_most = (limit.amount or 0) * MINUTE_SECONDS // limit.seconds
    return min(_MOST_LEDGERS, max(1, -(-a_minute_at_most // _PERMITS_A_MINUTE_AND_LEDGER)))
