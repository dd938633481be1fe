"""Activities and messages in the tables, as the function that takes in SES's events writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from letterhead import identifiers
from letterhead.activity.activity import Activity, ActivityType, activity_id_of
from letterhead.adapters.tables.activity import ActivityTable
from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.mailed_recipients import RecipientTable
from letterhead.adapters.tables.messages import MessageTable
from letterhead.messages.message import MessageStatus
from letterhead.messages.reading import MessageFacts, facts_of
from tests.fakes.message_world import draft, mailbox
from tests.fakes.message_world import message as accepted

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
    message = message_stored(domain, identity, to=to, at=at, subject=subject)
    RecipientTable("RecipientsTable", RETENTION).note_mailed(domain.account_id, domain.domain_id, [to], at)
    found = [
        recorded(message, type_, to, at + timedelta(seconds=number)) for number, type_ in enumerate(types)
    ]
    return found[0]


def message_stored(
    domain: SendingDomain,
    identity: SenderIdentity | None = None,
    *,
    to: str = "ines@customer.example",
    at: datetime | None = None,
    subject: str = "Your order has left",
    status: MessageStatus = MessageStatus.SENT,
    **changes: Any,
) -> MessageFacts:
    """A message of a domain, small enough to lie in the table as a whole, without any activity."""
    at = at or datetime.now(UTC).replace(microsecond=0)
    message = accepted(
        message_id=identifiers.new_id(at),
        account_id=domain.account_id,
        domain_id=domain.domain_id,
        identity_id=identity.identity_id if identity else None,
        from_address=f"hello@{domain.name}",
        draft=draft(to=(mailbox(to),), subject=subject),
        created_at=at,
        status=status,
        **changes,
    )
    MessageTable("MessagesTable", NoContents(), RETENTION).add(message)
    return facts_of(message)


class NoContents:
    """A store of contents that nothing is large enough for."""

    def put_all(self, contents: Mapping[tuple[str, str], bytes]) -> Mapping[tuple[str, str], str]:
        raise AssertionError(f"large: {list(contents)}")

    def get(self, key: str) -> bytes:
        raise KeyError(key)


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
