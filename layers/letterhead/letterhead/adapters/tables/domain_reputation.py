"""How domains stand, in their own items of the domains table: attributes that nobody else writes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from letterhead.adapters.tables.domain_items import DomainItem
from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together
from letterhead.reputation.rates import Reason
from letterhead.reputation.watch import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action
    from pynamodb.transactions import TransactWrite

    from letterhead.adapters.tables.outbox import OutboxTable
    from letterhead.outbox.event import Event

_QUIET = timedelta(days=1)
_WARNED = {
    Reason.BOUNCES: DomainItem.bounces_warned_at,
    Reason.COMPLAINTS: DomainItem.complaints_warned_at,
}


class DomainReputationTable:
    """Where it is kept."""

    def __init__(self, table_name: str, outbox: OutboxTable) -> None:
        DomainItem.bind(table_name)
        self._outbox = outbox

    def of(self, account_id: str, domain_id: str) -> Standing | None:
        """How a domain stands now (strongly consistent), or None when there is none."""
        found = DomainItem.by_id.query(account_id, DomainItem.domain_id == domain_id, consistent_read=True)
        return next(
            (
                Standing(account_id, domain_id, item.name, item.paused_at is not None, item.rated_since)
                for item in found
            ),
            None,
        )

    def pause(self, standing: Standing, event: Event) -> bool:
        """Pause sending, together with the event; whether it wasn't paused already."""
        actions = [
            DomainItem.paused_at.set(event.occurred_at),
            DomainItem.pause_reason.set(str(event.data["reason"])),
        ]
        return self._write(standing, event, actions, DomainItem.paused_at.does_not_exist())

    def warn(self, standing: Standing, reason: Reason, event: Event) -> bool:
        """Note a warning, together with the event; nothing when there was one for that reason within a day."""
        warned_at = _WARNED[reason]
        quiet = warned_at.does_not_exist() | (warned_at < event.occurred_at - _QUIET)
        return self._write(standing, event, [warned_at.set(event.occurred_at)], quiet)

    def resume(self, standing: Standing, event: Event) -> bool:
        """Let a domain send again, together with the event; whether it was paused."""
        actions = [
            DomainItem.paused_at.remove(),
            DomainItem.pause_reason.remove(),
            DomainItem.rated_since.set(event.occurred_at),
        ]
        return self._write(standing, event, actions, DomainItem.paused_at.exists())

    def _write(
        self, standing: Standing, event: Event, actions: Sequence[Action], condition: Condition
    ) -> bool:
        item = DomainItem(account_id=standing.account_id, name=standing.name)
        is_it = DomainItem.domain_id == standing.domain_id

        def write(transaction: TransactWrite) -> None:
            transaction.update(item, actions=list(actions), condition=is_it & condition)
            self._outbox.append(transaction, event)

        try:
            write_together(write)
        except ConditionsFailedError:
            return False
        return True
