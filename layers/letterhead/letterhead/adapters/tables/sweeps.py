"""The sweeps table: how far the sweeps have come, and whose turn it is to ask SES about identities.

There is an item for each kind of sweep and one for SES, and nothing that would be missed: without the one, the next sweep takes
a whole interval as due; without the other, the next call goes ahead.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError

from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.domains.ports import ProviderBusyError
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

_SES = "ses"
_MICROSECONDS = 1_000_000
# How long a registration keeps the sweep from asking: it takes two or three calls, one a second.
_REGISTRATION_SECONDS = 3.0
_POLL_SECONDS = 0.25
_BEGINS_REGISTRATION = "create_email_identity"


class SweepItem(TableModel):
    """`domains`, `identities`: `swept_to`, and `busy_until` while a sweep is under way.

    `ses`, in microseconds since 1970: `next_call` is when the next sweep's call may be made, `kept_until` until when none may,
    for somebody registers.
    """

    class Meta:
        table_name = ""

    name = UnicodeAttribute(hash_key=True)
    swept_to = Instant(null=True)
    busy_until = Instant(null=True)
    next_call = NumberAttribute(null=True)
    kept_until = NumberAttribute(null=True)


class SweepTable:
    """How far the sweeps of one kind have come. A sweep that dies counts as under way for `lasts` more, by the clock."""

    def __init__(
        self,
        table_name: str,
        lasts: timedelta,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        of: str = "domains",
    ) -> None:
        SweepItem.bind(table_name)
        self._of = of
        self._lasts = lasts
        self._clock = clock

    def begin(self) -> bool:
        """Begin a sweep; False while another one is under way."""
        now = self._clock()
        free: Condition = SweepItem.busy_until.does_not_exist() | (SweepItem.busy_until <= now)
        return _updated(self._of, [SweepItem.busy_until.set(now + self._lasts)], free)

    def swept_to(self) -> datetime | None:
        """Up to which moment everything has been queued; None before the first sweep."""
        try:
            item = SweepItem.get(self._of, consistent_read=True)
        except SweepItem.DoesNotExist:
            return None
        return cast("datetime | None", item.swept_to)

    def advance(self, moment: datetime) -> None:
        """Note that everything up to a moment is queued."""
        _updated(self._of, [SweepItem.swept_to.set(moment)])

    def end(self) -> None:
        """Note that no sweep is under way."""
        _updated(self._of, [SweepItem.busy_until.remove()])


class SesTurns:
    """Turns to ask SES about identities: so many calls a second for all environments together, registrations first.

    SES allows about one identity call a second for each account and region (SES quotas). A registration goes ahead and keeps
    sweeps away for a few seconds; a sweep waits for its turn, up to `patience` seconds.
    """

    def __init__(
        self,
        table_name: str,
        calls_per_second: float,
        *,
        patience: float = 30.0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        SweepItem.bind(table_name)
        self._gap = 1 / calls_per_second
        self._patience = patience
        self._clock = clock
        self._sleep = sleep

    def first(self, operation: str) -> None:
        """Before a call of somebody who doesn't wait: where it begins a registration, keep sweeps away for a few seconds."""
        if operation != _BEGINS_REGISTRATION:
            return
        until = int((self._clock() + _REGISTRATION_SECONDS) * _MICROSECONDS)
        with suppress(UnavailableError):
            _updated(_SES, [SweepItem.kept_until.set(until)])

    def in_turn(self, _operation: str) -> None:
        """Before a call of somebody who waits; raises `ProviderBusyError` when no turn comes in time."""
        self.take()

    def take(self) -> None:
        """Wait for a turn; raises `ProviderBusyError` when none comes in time."""
        began = self._clock()
        while True:
            now = self._clock()
            at = int(now * _MICROSECONDS)
            free: Condition = (SweepItem.next_call.does_not_exist() | (SweepItem.next_call <= at)) & (
                SweepItem.kept_until.does_not_exist() | (SweepItem.kept_until <= at)
            )
            if _updated(_SES, [SweepItem.next_call.set(at + int(self._gap * _MICROSECONDS))], free):
                return
            if now - began > self._patience:
                raise ProviderBusyError
            self._sleep(min(self._gap, _POLL_SECONDS))


def _updated(name: str, actions: list[Action], condition: Condition | None = None) -> bool:
    try:
        SweepItem(name).update(actions, condition=condition)
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True
