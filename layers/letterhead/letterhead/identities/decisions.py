"""The decision of an address's owner, and the event that tells of it once it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead.identities.confirmation import Decidable, Matter
from letterhead.identities.identity import IdentityStatus, SenderIdentity, with_provider_asked
from letterhead.outbox.event import Event, EventType

if TYPE_CHECKING:
    from datetime import datetime

_EVENT_TYPES = {
    IdentityStatus.VERIFIED: EventType.SENDER_IDENTITY_VERIFIED,
    IdentityStatus.REFUSED: EventType.SENDER_IDENTITY_REFUSED,
}


def consent_of(identities: Decidable[SenderIdentity]) -> Matter[SenderIdentity]:
    """The consent of an address's owner to a sender identity of it."""
    return Matter(identities, decided, decision_event)


def decided(identity: SenderIdentity, status: IdentityStatus, now: datetime) -> SenderIdentity:
    """The identity after its owner has decided; a yes asks the provider as well, where it takes that."""
    return with_provider_asked(replace(identity, status=status, decided_at=now, updated_at=now))


def decision_event(identity: SenderIdentity, event_id: str, now: datetime) -> Event | None:
    """What others are told of an identity that was decided about just now.

    Nothing as long as the provider has to verify the address too; the payload is the one that MailerSend documents for
    `sender_identity.verified` (contracts A.6).
    """
    if identity.is_confirmed and not identity.is_verified:
        return None
    return _event(_EVENT_TYPES[identity.status], identity, event_id, now)


def taken_over_event(identity: SenderIdentity, event_id: str, now: datetime) -> Event:
    """What others are told of an identity whose address its owner has given to somebody else just now."""
    return _event(EventType.SENDER_IDENTITY_TAKEN_OVER, identity, event_id, now)


def expired_event(identity: SenderIdentity, event_id: str, now: datetime) -> Event:
    """What others are told of an identity whose owner hasn't answered in time, our mail or the provider's."""
    return _event(EventType.SENDER_IDENTITY_EXPIRED, identity, event_id, now)


def _event(kind: EventType, identity: SenderIdentity, event_id: str, now: datetime) -> Event:
    reply_to = identity.reply_to_email
    return Event(
        event_id=event_id,
        type=kind,
        account_id=identity.account_id,
        domain_id=identity.domain.domain_id,
        identity_id=identity.identity_id,
        occurred_at=now,
        data={
            "object": "sender_identity",
            "id": identity.identity_id,
            "email": identity.email.shown,
            "name": identity.name,
            "reply_to_email": reply_to.shown if reply_to else None,
            "reply_to_name": identity.reply_to_name,
            "is_verified": identity.is_verified,
            "resends": identity.resends,
            "add_note": identity.add_note,
            "personal_note": identity.personal_note,
        },
    )
