"""Who is looked at when: what the sweep reads, and what it asks the workers to do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.ports import DomainStore, Place, ProviderIdentity
    from letterhead.domains.provider_status import ProviderStatus
    from letterhead.domains.rhythm import Rhythm
    from letterhead.domains.unreadable import Unreadable


@value_type
class Stretch:
    """The neighbours of one slot from one key to another."""

    slot: str
    first: str
    last: str

    @classmethod
    def of(cls, place: Place) -> Stretch:
        """One place alone."""
        return cls(place.slot, place.key, place.key)


@value_type
class Watched:
    """A domain, and where it lies."""

    place: Place
    domain: SendingDomain


@value_type
class LookRequest:
    """A batch of domains to be looked at, by their places alone: who may read a queue learns nothing of them, and a domain that
    has moved since is not looked at twice.

    `said` is the provider's word on each by its id: None where it couldn't be asked; who isn't in it is to be asked for alone.
    """

    stretches: tuple[Stretch, ...]
    said: Mapping[str, ProviderStatus | None] = field(default_factory=dict)


class DomainWatch(Protocol):
    """Where domains lie by the time of their next look; may be a moment behind."""

    def due(self, after: datetime | None, until: datetime) -> Iterator[Watched | Unreadable]:
        """Those that have become due later than `after` (None: ever) and not later than `until`."""

    def well(self, slot: int) -> Iterator[Watched | Unreadable]:
        """Those of a fixed slot."""

    def within(self, stretch: Stretch) -> Iterator[Watched | Unreadable]:
        """Those of a stretch."""


class LookQueue(Protocol):
    """The queue of requests to look."""

    def put(self, requests: Sequence[LookRequest], time: datetime | None) -> None:
        """Put all of them onto it; raises `UnavailableError` unless every one is there."""

    def put_later(self, request: LookRequest, delay: timedelta, time: datetime | None) -> None:
        """Put one onto it that appears after a delay of at most 15 minutes; raises `UnavailableError`."""

    def is_empty(self) -> bool:
        """Whether nothing waits or is under way, as far as that is known, whatever is to appear; raises `UnavailableError`."""


class ProviderStatuses(Protocol):
    """The provider's word on many domains at once."""

    def of(self, names: Sequence[str]) -> Mapping[str, ProviderIdentity]:
        """What it has under each of up to a hundred names, without for whom it was made; raises `UnavailableError` or
        `ProviderRefusedError`."""


@value_type
class SoonLooks:
    """Asks for a look that is due before the next sweep."""

    store: DomainStore
    queue: LookQueue
    rhythm: Rhythm

    def ask(self, domain: SendingDomain, now: datetime, time: datetime | None = None) -> bool:
        """Ask for a domain's next look if it is due so soon; answers whether it was. The sweep finds whatever wasn't asked for.

        `time` says that now isn't the clock's.
        """
        if domain.due_at is None or domain.due_at - now > self.rhythm.sweep:
            return False
        request = LookRequest((Stretch.of(self.store.place(domain)),))
        delay = max(domain.due_at - now, timedelta(0))
        with suppress(UnavailableError):
            self.queue.put_later(request, delay, domain.due_at if time is not None else None)
        return True
