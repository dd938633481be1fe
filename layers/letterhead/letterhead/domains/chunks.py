"""How sweeps take what they find: in chunks, and slot by slot, so that one that dies is gone on with where it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from letterhead.domains.unreadable import Unreadable

Found = TypeVar("Found")

# SES API v1: the batch calls take up to a hundred identities.
CHUNK = 100
# A clock may be a little behind the one before; more is a time that somebody chose.
_CLOCK_TOLERANCE = timedelta(minutes=1)


class SweepLedger(Protocol):
    """Where it is noted how far the sweeps have come. Every call raises `UnavailableError`."""

    def begin(self) -> bool:
        """Begin a sweep; False while another one is under way."""

    def swept_to(self) -> datetime | None:
        """Up to which moment everything has been queued; None before the first sweep."""

    def advance(self, moment: datetime) -> None:
        """Note that everything up to a moment is queued."""

    def end(self) -> None:
        """Note that no sweep is under way."""


class CountsUnreadable(Protocol):
    """What a sweep did, with how many items it passed over because they can't be read."""

    unreadable: int


def begin_from(ledger: SweepLedger, now: datetime, interval: timedelta) -> datetime:
    """From which moment on slots are to be queued: where the last sweep ended, or an interval ago."""
    begun = ledger.swept_to()
    return now - interval if begun is None or now < begun - _CLOCK_TOLERANCE else begun


def readable(
    found: Iterable[Found | Unreadable], kind: type[Found], counts: CountsUnreadable
) -> Iterator[Found]:
    """What can be read; the rest is counted."""
    for one in found:
        if isinstance(one, kind):
            yield one
        else:
            counts.unreadable += 1


def in_chunks(found: Iterable[Found]) -> Iterator[list[Found]]:
    """Chunks of a hundred, and what is left over."""
    chunk: list[Found] = []
    for one in found:
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def queue_slots(
    slots: Iterable[tuple[int, datetime]],
    begun: datetime,
    *,
    of_slot: Callable[[int], Iterable[Found]],
    put: Callable[[list[Found]], None],
    ledger: SweepLedger,
    time_is_left: Callable[[], bool],
) -> bool:
    """Slot by slot into chunks; with each full chunk that is put, the slots that are done are noted. False when time is up."""
    chunk: list[Found] = []
    done_to = begun
    for slot, moment in slots:
        for one in of_slot(slot):
            chunk.append(one)
            if len(chunk) == CHUNK:
                if not time_is_left():
                    return False
                put(chunk)
                ledger.advance(done_to)
                chunk = []
        done_to = moment
    if chunk:
        if not time_is_left():
            return False
        put(chunk)
    return True
