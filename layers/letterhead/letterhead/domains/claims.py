"""Who has a domain name: the claims of all accounts on it, who holds it, and who held it before.

A name belongs to one account at a time, its holder. Every account may register it, though; a claim that isn't the holder's is
pending, and forgotten after thirty days. A name is contested for an account when somebody else has to do with it. Then the
records alone don't prove *which* account owns it, for the provider's DKIM records are the same for everyone who asks.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.values import replace, value_type

if TYPE_CHECKING:
    from collections.abc import Mapping

CLAIM_LASTS = timedelta(days=30)
MEMORY_LASTS = timedelta(days=365)
# How often a change that another one has overtaken is tried again.
ATTEMPTS = 8


class Contest(StrEnum):
    """Why a name must be proven by the challenge."""

    CLAIMED_BY_ANOTHER = "claimed_by_another"
    HELD_BY_ANOTHER = "held_by_another"
    HELD_BEFORE = "held_before"
    KIN_CLAIMED = "kin_claimed"
    TAKEN_AWAY = "taken_away"
    AT_PROVIDER = "at_provider"


@value_type
class Claim:
    """An account's claim on a name. `forgotten_at` is None for the holder's, which lasts."""

    domain_id: str
    forgotten_at: datetime | None = None

    @property
    def held(self) -> bool:
        """Whether it is the holder's."""
        return self.forgotten_at is None

    def alive(self, now: datetime) -> bool:
        """Whether it counts."""
        return self.forgotten_at is None or self.forgotten_at > now


@value_type
class NameClaims:
    """Everything about one name. All three are by account: `memories` says until when it is remembered that the account held
    the name; who is in `barred` must prove the name whatever the others do, for the operator has taken it away."""

    claims: Mapping[str, Claim] = field(default_factory=dict)
    memories: Mapping[str, datetime] = field(default_factory=dict)
    barred: frozenset[str] = frozenset()

    @property
    def holder(self) -> str | None:
        """The account that the name belongs to."""
        return next((account_id for account_id, claim in self.claims.items() if claim.held), None)

    def claimed_by_others(self, account_id: str, now: datetime) -> bool:
        """Whether another account has a claim that counts."""
        return any(other != account_id and claim.alive(now) for other, claim in self.claims.items())

    def contest(self, account_id: str, now: datetime) -> Contest | None:
        """Why the name itself is contested for an account that doesn't hold it."""
        if account_id in self.barred:
            return Contest.TAKEN_AWAY
        if self.holder not in (None, account_id):
            return Contest.HELD_BY_ANOTHER
        if self.claimed_by_others(account_id, now):
            return Contest.CLAIMED_BY_ANOTHER
        if any(other != account_id and until > now for other, until in self.memories.items()):
            return Contest.HELD_BEFORE
        return None

    def claimed(self, account_id: str, domain_id: str, now: datetime) -> NameClaims:
        """With a new claim, pending."""
        claims = self._live(now) | {account_id: Claim(domain_id, now + CLAIM_LASTS)}
        return replace(self, claims=claims, memories=self._remembered(now))

    def held_by(self, account_id: str, domain_id: str, now: datetime) -> NameClaims:
        """With the name gone to an account. Whoever had it keeps a pending claim, and is remembered."""
        claims = self._live(now)
        memories = self._remembered(now)
        holder = self.holder
        if holder is not None and holder != account_id:
            claims[holder] = replace(claims[holder], forgotten_at=now + CLAIM_LASTS)
            memories[holder] = now + MEMORY_LASTS
        claims[account_id] = Claim(domain_id)
        memories.pop(account_id, None)
        return NameClaims(claims, memories, self.barred - {account_id})

    def deleted(self, account_id: str, domain_id: str, now: datetime) -> NameClaims:
        """Without an account's claim for that domain; that it held the name is remembered."""
        claims = self._live(now)
        memories = self._remembered(now)
        claim = claims.get(account_id)
        if claim is not None and claim.domain_id == domain_id:
            del claims[account_id]
            if claim.held:
                memories[account_id] = now + MEMORY_LASTS
        return replace(self, claims=claims, memories=memories)

    def released(self, now: datetime) -> NameClaims:
        """Taken from its holder by the operator, who also has it forgotten who held it before."""
        claims = self._live(now)
        barred = self.barred
        if self.holder is not None:
            del claims[self.holder]
            barred |= {self.holder}
        return NameClaims(claims, {}, barred)

    def forgotten_at(self) -> datetime | None:
        """When nothing of this counts any more; None while the name is held or somebody is barred from it."""
        if self.holder is not None or self.barred:
            return None
        moments = [claim.forgotten_at for claim in self.claims.values() if claim.forgotten_at is not None]
        return max([*moments, *self.memories.values()], default=None)

    def _live(self, now: datetime) -> dict[str, Claim]:
        return {account_id: claim for account_id, claim in self.claims.items() if claim.alive(now)}

    def _remembered(self, now: datetime) -> dict[str, datetime]:
        return {account_id: until for account_id, until in self.memories.items() if until > now}


@value_type
class NameView:
    """A name at one moment, with those above and below it under the same registrable domain (`kin`).

    `version` grows with each change of any claim under the registrable domain: what is decided on a view is stored only while
    the view still holds.
    """

    name: str
    registrable: str
    here: NameClaims
    kin: tuple[NameClaims, ...] = ()
    version: int = 0

    def contest(self, account_id: str, now: datetime) -> Contest | None:
        """Why the name is contested for an account that doesn't hold it, or None."""
        contest = self.here.contest(account_id, now)
        if contest is None and any(one.claimed_by_others(account_id, now) for one in self.kin):
            return Contest.KIN_CLAIMED
        return contest


class ViewOutdatedError(Exception):
    """A claim under the registrable domain has changed since the view was taken; nothing was stored."""
