"""When identities are looked at again, and what the sweep asks the workers to do.

Each lies in one of 360 fixed slots of a day, so that nothing is written between two looks that find nothing new: all of a
domain's in the domain's slot, and one whose confirmation link is out in the slot that begins when the link has run out. Where
the provider asks an address's owner, the identity lies among those that are asked for at each sweep. One whose mail hasn't left
waits for that; one whose owner refused isn't looked at.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from letterhead.domains.rhythm import SLOTS, Rhythm, slot_of
from letterhead.domains.watch import Stretch
from letterhead.identities.identity import ExactState, IdentityStatus
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from letterhead.domains.ports import Place
    from letterhead.domains.unreadable import Unreadable
    from letterhead.identities.exact_sending import AddressState
    from letterhead.identities.identity import SenderIdentity

DAY = timedelta(days=1)
DAILY = Rhythm(verified=DAY)


@value_type
class WatchedIdentity:
    """An identity as it was a moment ago, and where it lies."""

    place: Place
    identity: SenderIdentity


@value_type
class IdentityLookRequest:
    """A batch of identities to be looked at, by their places alone: who may read a queue learns nothing of them."""

    stretches: tuple[Stretch, ...]


class IdentityWatch(Protocol):
    """Where identities lie by the time of their next look; may be a moment behind."""

    def daily(self, slot: int) -> Iterator[WatchedIdentity | Unreadable]:
        """Those of a fixed slot of the day."""

    def asked(self) -> Iterator[WatchedIdentity | Unreadable]:
        """Those whose addresses' owners the provider asks."""

    def within(self, stretch: Stretch) -> Iterator[WatchedIdentity | Unreadable]:
        """Those of a stretch."""


class IdentityLookQueue(Protocol):
    """The queue of requests to look."""

    def put(self, requests: Sequence[IdentityLookRequest], time: datetime | None) -> None:
        """Put all of them onto it; raises `UnavailableError` unless every one is there."""


class AddressStatuses(Protocol):
    """The provider's word on many addresses at once."""

    def of_addresses(self, addresses: Sequence[str]) -> Mapping[str, AddressState]:
        """How each of up to a hundred stands there, whoever had it verified; those that it doesn't have are left out.

        Raises `UnavailableError` or `ProviderRefusedError`.
        """


def is_asked(identity: SenderIdentity) -> bool:
    """Whether the provider asks the address's owner just now."""
    return identity.exact is ExactState.PENDING


def daily_slot(identity: SenderIdentity) -> int | None:
    """The slot of the day in which an identity is looked at; None while there is nothing to look for."""
    if identity.status is IdentityStatus.REFUSED:
        return None
    if identity.status is IdentityStatus.PENDING and not _expiry_told(identity):
        if not identity.mailed or identity.expires_at is None:
            return None
        ((slot, _),) = DAILY.slots_between(identity.expires_at, identity.expires_at + DAY / SLOTS)
        return slot
    return slot_of(identity.domain.domain_id)


def is_expiry_due(identity: SenderIdentity, now: datetime) -> bool:
    """Whether a pending identity's link has run out and nobody has been told of it yet."""
    return (
        identity.status is IdentityStatus.PENDING
        and identity.status_at(now) is IdentityStatus.EXPIRED
        and not _expiry_told(identity)
    )


def stretches_of(batch: Sequence[WatchedIdentity]) -> Iterator[Stretch]:
    """The stretches in which the identities of a batch lie, in its order."""
    for slot, group in groupby(batch, key=lambda one: one.place.slot):
        keys = [one.place.key for one in group]
        yield Stretch(slot, keys[0], keys[-1])


def _expiry_told(identity: SenderIdentity) -> bool:
    return identity.expired_generation == identity.generation
