"""Sparing an endpoint that keeps failing, and others from waiting for it.

After five failures in a row its circuit opens: for a while nothing is sent to it. Then one delivery is let through as a probe.
What it finds closes the circuit, or opens it again for twice as long.

Attempts are made by many environments at once, and no success costs a write for this. So who knows of a success counts the
failures after it by itself; who knows of none counts together with the others, on the circuit that isn't open yet.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from letterhead.values import value_type

FAILURES_IN_A_ROW = 5
_FIRST_OPENING = timedelta(minutes=1)
_LONGEST_OPENING = timedelta(minutes=15)
_COUNTED_TOGETHER = timedelta(minutes=2)
_KNOWN_TO_WORK = timedelta(minutes=1)
_PROBE_LASTS = timedelta(seconds=60)  # longer than any request; then the prober has died


@value_type
class Circuit:
    """An endpoint's circuit that has been opened, and `failing_since` when; or, with no `openings` yet, a count of `failures` in
    a row, the last of them at `open_until`."""

    endpoint_id: str
    open_until: datetime
    openings: int
    failing_since: datetime
    probed_until: datetime | None = None
    failures: int = 0

    @property
    def has_opened(self) -> bool:
        """Whether it is more than a count."""
        return self.openings > 0

    def still_counts(self, now: datetime) -> bool:
        """Whether a further failure is in a row with those that were counted."""
        return not self.has_opened and now - self.open_until <= _COUNTED_TOGETHER

    def is_open(self, now: datetime) -> bool:
        """Whether nothing may be sent, not even a probe."""
        return now < self.open_until or (self.probed_until is not None and now < self.probed_until)

    def probed_until_from(self, now: datetime) -> datetime:
        """Until when nobody else is let through, if one delivery is now."""
        return now + _PROBE_LASTS


def opened(endpoint_id: str, before: Circuit | None, now: datetime) -> Circuit:
    """The circuit after the fifth failure in a row, or after a probe that failed."""
    openings = before.openings + 1 if before else 1
    lasts = min(_FIRST_OPENING * 2 ** min(openings - 1, 10), _LONGEST_OPENING)
    return Circuit(endpoint_id, now + lasts, openings, before.failing_since if before else now)


def first_failure(endpoint_id: str, now: datetime) -> Circuit:
    """A count that begins."""
    return Circuit(endpoint_id, now, 0, now, failures=1)


class Streaks:
    """How many attempts in a row have failed, by endpoint, as far as one environment has made them."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._succeeded: dict[str, datetime] = {}

    def failed(self, endpoint_id: str) -> bool:
        """Note a failure; whether the circuit is to be opened."""
        failures = self._failures.pop(endpoint_id, 0) + 1
        if failures >= FAILURES_IN_A_ROW:
            return True  # from here on the circuit counts; once it is closed, the row begins anew
        self._failures[endpoint_id] = failures
        return False

    def succeeded(self, endpoint_id: str, now: datetime) -> None:
        """Note a success."""
        self._failures.pop(endpoint_id, None)
        self._succeeded[endpoint_id] = now

    def knows_success(self, endpoint_id: str, now: datetime) -> bool:
        """Whether the endpoint has just taken something from here."""
        last = self._succeeded.get(endpoint_id)
        return last is not None and now - last <= _KNOWN_TO_WORK
