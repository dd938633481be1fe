"""Decisions about sender identities, each written together with its event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.adapters.tables.identities import IdentityTable, changes_between, key_of, unchanged_since
from letterhead.adapters.tables.identity_item import IdentityItem
from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together
from letterhead.identities.identity import IdentityChangedError, IdentityStatus, SenderIdentity

if TYPE_CHECKING:
    from pynamodb.transactions import TransactWrite

    from letterhead.adapters.tables.outbox import OutboxTable
    from letterhead.outbox.event import Event


class IdentityDecisionTable:
    """Where sender identities are kept, for those who decide about them."""

    def __init__(self, identities: IdentityTable, outbox: OutboxTable) -> None:
        self._identities = identities
        self._outbox = outbox

    def by_id_now(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The identity as it is now (strongly consistent), or None."""
        return self._identities.by_id_now(account_id, identity_id)

    def decide(self, before: SenderIdentity, after: SenderIdentity, event: Event | None) -> None:
        """Store a decision, and its event, if what is stored is still `before`, and undecided.

        Raises `IdentityChangedError` otherwise.
        """
        undecided = IdentityItem.status == IdentityStatus.PENDING.value

        def write(transaction: TransactWrite) -> None:
            transaction.update(
                key_of(before),
                actions=changes_between(before, after),
                condition=unchanged_since(before) & undecided,
            )
            if event is not None:
                self._outbox.append(transaction, event)

        try:
            write_together(write)
        except ConditionsFailedError as failure:
            raise IdentityChangedError from failure
