"""Activities and messages in the tables, as the function that takes in SES's events writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.activity.activity import Activity, ActivityType, activity_id_of
from letterhead.activity.message import MessageFacts
from letterhead.adapters.tables.activity import ActivityTable
from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.mailed_recipients import RecipientTable
from letterhead.adapters.tables.sent_messages import SentMessageTable

if TYPE_CHECKING:
    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.identity import SenderIdentity

RETENTION = timedelta(days=30)


def message_sent(
    domain: SendingDomain,
    identity: SenderIdentity | None = None,
    *,
    to: str = "ines@customer.example",
    at: datetime | None = None,
    types: tuple[ActivityType, ...] = (ActivityType.SENT,),
    subject: str = "Your order has left",
) -> Activity:
    """A message of a domain with its activities, a second apart; the first of them."""
    at = at or datetime.now(UTC).replace(microsecond=0)
    identity_id = identity.identity_id if identity else None
    sender = f"hello@{domain.name}"
    message = MessageFacts(
        identifiers.new_id(at), domain.account_id, domain.domain_id, identity_id, sender, (to,), subject, at
    )
    SentMessageTable("ActivityTable", "CountsTable", RETENTION).note(message, at)
    RecipientTable("RecipientsTable", RETENTION).note_mailed(domain.account_id, domain.domain_id, [to], at)
    found = [
        recorded(message, type_, to, at + timedelta(seconds=number)) for number, type_ in enumerate(types)
    ]
    return found[0]


def recorded(message: MessageFacts, type_: ActivityType, to: str | None, at: datetime) -> Activity:
    """One activity of a message, counted."""
    log = ActivityTable("ActivityTable", CountTable("CountsTable"), RETENTION)
    activity = Activity(
        activity_id=activity_id_of(message.message_id, at, type_, f"{to}"),
        account_id=message.account_id,
        domain_id=message.domain_id,
        identity_id=message.identity_id,
        message_id=message.message_id,
        recipient=to,
        type=type_,
        occurred_at=at,
        placed_at=at,
        subject=message.subject,
        from_address=message.from_address,
        detail={"reason": "General"},
        bounce=type_ is ActivityType.HARD_BOUNCED,
    )
    log.settle(activity, log.record(activity, at))
    return activity
