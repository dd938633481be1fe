"""When a domain is looked at again.

A domain that is well has a fixed slot in every interval, chosen by a hash of its id: nothing is written for it between two
changes, and thousands registered at once are spread out. Every other domain has a moment at which it is due.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from letterhead.domains.domain import Registration, SendingDomain
from letterhead.domains.records import RecordStatus
from letterhead.values import value_type

SLOTS = 360
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# Gaps of an hour and more vary by a tenth, so that what became due together doesn't stay together.
_JITTER = 0.1
_GROWTH = 2


@value_type
class Rhythm:
    """The steps, each a parameter of the deployment or a rule of its own.

    `sweep` is how often whoever is due is looked for; shorter steps ride the queue's own delay. `first_looks` are ages of a
    pending domain; after the last of them the gaps grow, a half of the age each, up to `pending_gap`, and stay a day each when
    the domain is older than `pending_lasts`. `second_look` is how long after a change it is looked at before anybody hears of
    it; `watched_gap` and `watched_lasts` are for what follows, then comes `failed_gap` until `failed_lasts`, then
    `given_up_gap`.
    """

    sweep: timedelta = 15 * _MINUTE
    verified: timedelta = 6 * _HOUR
    second_look: timedelta = 10 * _MINUTE
    first_looks: tuple[timedelta, ...] = tuple(minutes * _MINUTE for minutes in (1, 2, 5, 10, 20, 30))
    pending_gap: timedelta = 6 * _HOUR
    pending_lasts: timedelta = 14 * _DAY
    old_pending_gap: timedelta = _DAY
    watched_gap: timedelta = _HOUR
    watched_lasts: timedelta = _DAY
    failed_gap: timedelta = _DAY
    failed_lasts: timedelta = 30 * _DAY
    given_up_gap: timedelta = 7 * _DAY

    def due_after_registration(self, now: datetime) -> datetime:
        """When a domain is looked at for the first time."""
        return now + self.first_looks[0]

    def due_after_check(
        self, domain: SendingDomain, now: datetime, visible_at: datetime | None = None
    ) -> datetime | None:
        """When a domain that was looked at just now is due; None for one that is well and has its slot.

        `visible_at` is when something published is expected to be seen by everyone.
        """
        moments = list(self._moments(domain, now))
        if visible_at is not None and visible_at > now and not is_well(domain):
            moments.append(max(visible_at, now + _MINUTE))
        return min(moments, default=None)

    def next_look(self, domain: SendingDomain, now: datetime) -> datetime | None:
        """When a domain is looked at next, as far as is known now; None while it is being deleted."""
        if domain.leaving:
            return None
        return domain.due_at or self.slot_begins(slot_of(domain.domain_id), after=domain.checked_at or now)

    def slot_begins(self, slot: int, *, after: datetime) -> datetime:
        """The first moment later than `after` at which a slot begins."""
        number = self._number(after)
        ahead = (slot - number) % SLOTS or SLOTS
        return _EPOCH + (number + ahead) * self._slot

    def slots_between(self, after: datetime, until: datetime) -> list[tuple[int, datetime]]:
        """The slots that begin later than `after` and not later than `until`, in order, each once, with that moment."""
        first, last = self._number(after) + 1, self._number(until)
        numbers = range(max(first, last - SLOTS + 1), last + 1)
        return [(number % SLOTS, _EPOCH + number * self._slot) for number in numbers]

    @property
    def _slot(self) -> timedelta:
        return self.verified / SLOTS

    def _number(self, moment: datetime) -> int:
        return (moment - _EPOCH) // self._slot

    def _moments(self, domain: SendingDomain, now: datetime) -> Iterator[datetime]:
        if domain.leaving:
            yield now + self._varied(self.watched_gap, domain, now)
            return
        if domain.doubts:
            doubted = min(domain.doubts.values()) + self.second_look
            yield doubted if doubted > now else now + self.second_look
        if domain.silent_since is not None:
            yield now + min(max(now - domain.silent_since, self.sweep), self.verified)
        if domain.troubled_since is not None:
            yield now + self._trouble_gap(domain, now - domain.troubled_since, now)
        elif not is_well(domain):
            gap = self._pending_gap(now - pending_since(domain))
            if not domain.has_been_verified or gap < self.pending_gap:
                yield now + self._varied(gap, domain, now)

    def _trouble_gap(self, domain: SendingDomain, age: timedelta, now: datetime) -> timedelta:
        if age < self.second_look:
            return self.second_look - age
        if age < self.watched_lasts:
            return self._varied(self.watched_gap, domain, now)
        if age < self.watched_lasts + self.failed_lasts:
            return self._varied(self.failed_gap, domain, now)
        return self._varied(self.given_up_gap, domain, now)

    def _pending_gap(self, age: timedelta) -> timedelta:
        for step in self.first_looks:
            if step > age:
                return step - age
        return self.old_pending_gap if age >= self.pending_lasts else min(age / _GROWTH, self.pending_gap)

    def _varied(self, gap: timedelta, domain: SendingDomain, now: datetime) -> timedelta:
        if gap < _HOUR:
            return gap
        drawn = _hash(f"{domain.domain_id}/{now.isoformat()}") / 2**64
        return gap * (1 - _JITTER + 2 * _JITTER * drawn)


def slot_of(domain_id: str) -> int:
    """The slot of a domain that is well."""
    return _hash(domain_id) % SLOTS


def is_well(domain: SendingDomain) -> bool:
    """Whether everything about a domain is as it should be: registered, held, all records right, free to send."""
    return (
        domain.registration is Registration.COMPLETE
        and domain.held
        and domain.can_send
        and not domain.doubts
        and not domain.missed
        and domain.silent_since is None
        and domain.fully_verified
    )


def is_troubled(domain: SendingDomain) -> bool:
    """Whether something has been right about a domain and isn't any more."""
    if domain.leaving or not domain.has_been_verified:
        return False
    once = [domain.statuses.get(purpose) for purpose in domain.once_verified]
    unsettled = any(status is not RecordStatus.VERIFIED for status in once)
    return unsettled or bool(domain.missed) or not domain.can_send


def pending_since(domain: SendingDomain) -> datetime:
    """Since when a domain waits for its records: its registration, or the last change of who owns its name."""
    turns = (domain.created_at, domain.proven_at, domain.lost_at)
    return max(moment for moment in turns if moment is not None)


def visible_from(domain: SendingDomain) -> datetime | None:
    """When the last of what is published and not yet seen by everyone is expected to be, by the findings."""
    notes = [finding.get("more") for found in domain.findings.values() for finding in found]
    told = [note.get("visible_from") for note in notes if isinstance(note, Mapping)]
    moments = [datetime.fromisoformat(moment) for moment in told if isinstance(moment, str)]
    return max(moments, default=None)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
