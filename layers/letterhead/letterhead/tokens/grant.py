"""What a token may do, and whether one token's grant goes beyond another's."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from letterhead.tokens import networks
from letterhead.tokens.scopes import allows
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime


class Reach(IntEnum):
    """How much of its account a token reaches: all of it, one sending domain, or one sender identity."""

    IDENTITY = 1
    DOMAIN = 2
    ACCOUNT = 3


@value_type
class Grant:
    """What a token may do, for how long and from where.

    `scopes` are its dialect's. `domain_id` and `identity_id` restrict it to one domain or one identity (and, where both are
    set, to that identity for as long as it hangs on that domain). No `allowed_networks` means every source.
    """

    scopes: frozenset[str]
    test_mode: bool = False
    expires_at: datetime | None = None
    domain_id: str | None = None
    identity_id: str | None = None
    allowed_networks: tuple[str, ...] = ()

    @property
    def reach(self) -> Reach:
        """How much of the account it reaches."""
        if self.identity_id is not None:
            return Reach.IDENTITY
        return Reach.ACCOUNT if self.domain_id is None else Reach.DOMAIN

    def beyond(self, other: Grant) -> tuple[str, ...]:
        """The fields in which this grant goes beyond another one of the same dialect; empty when it is at most as wide."""
        checks = {
            "scopes": all(allows(other.scopes, scope) for scope in self.scopes),
            "test_mode": self.test_mode or not other.test_mode,
            "expires_at": _ends_within(self.expires_at, other.expires_at),
            "domain_id": other.domain_id is None or self.domain_id == other.domain_id,
            "identity_id": other.identity_id is None or self.identity_id == other.identity_id,
            "allowed_networks": networks.within(self.allowed_networks, other.allowed_networks),
        }
        return tuple(field for field, kept in checks.items() if not kept)


def _ends_within(moment: datetime | None, limit: datetime | None) -> bool:
    return limit is None or (moment is not None and moment <= limit)
