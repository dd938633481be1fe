"""Events in memory; passes the same contract test as the outbox table."""

from __future__ import annotations

from datetime import datetime

from letterhead.outbox.event import KEPT, Event


class InMemoryOutbox:
    """The events that it was made with; `told` are those whose owners know."""

    def __init__(self, *events: Event) -> None:
        self._events = {(event.account_id, event.event_id): event for event in events}
        self.told: dict[str, datetime] = {}

    def add(self, event: Event) -> None:
        """One more has happened."""
        self._events[event.account_id, event.event_id] = event

    def untold(self, account_id: str, event_id: str, now: datetime) -> Event | None:
        event = self._events.get((account_id, event_id))
        if event is None or event_id in self.told or event.occurred_at + KEPT <= now:
            return None
        return event

    def between(
        self, account_id: str, first: datetime, last: datetime
    ) -> list[tuple[Event, datetime | None]]:
        found = [event for (owner, _), event in self._events.items() if owner == account_id]
        return [
            (event, self.told.get(event.event_id))
            for event in sorted(found, key=lambda event: event.event_id)
            if first <= event.occurred_at < last
        ]

    def note_told(self, event: Event, now: datetime) -> None:
        if (event.account_id, event.event_id) in self._events:
            self.told[event.event_id] = now
