"""An owner's decision, put straight into a store."""

from __future__ import annotations

from datetime import datetime

from letterhead import identifiers
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.identity_decisions import IdentityDecisionTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.identities.decisions import decided, decision_event
from letterhead.identities.identity import IdentityStatus, SenderIdentity
from tests.fakes.identity_store import InMemoryIdentities


def decide(
    store: IdentityTable | InMemoryIdentities,
    identity: SenderIdentity,
    status: IdentityStatus,
    now: datetime,
    event_id: str | None = None,
) -> SenderIdentity:
    """The identity with the decision, as it is in the store then; the event has this id, or a fresh one."""
    decisions = (
        IdentityDecisionTable(store, OutboxTable("OutboxTable"))
        if isinstance(store, IdentityTable)
        else store
    )
    after = decided(identity, status, now)
    decisions.decide(identity, after, decision_event(after, event_id or identifiers.new_id(now), now))
    return after
