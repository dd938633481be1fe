"""The event of a decision."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.identities.decisions import decided, decision_event
from letterhead.identities.identity import IdentityStatus
from letterhead.outbox.event import Event, EventType
from tests.fakes.sender_identities import ACCOUNT, DOMAIN, NOW, address, identity

LATER = NOW + timedelta(minutes=5)
EVENT_ID = "0event00event000"


def test_a_confirmed_identity_is_told_of_as_mailersend_documents_it():
    # Keys: MailerSend's webhook reference, sender_identity.verified (contracts A.6).
    one = identity(
        reply_to_email=address("help@bookshelf.com"),
        reply_to_name="Help",
        add_note=True,
        personal_note="Hi!",
        resends=2,
    )
    assert decision_event(decided(one, IdentityStatus.VERIFIED, LATER), EVENT_ID, LATER) == Event(
        event_id=EVENT_ID,
        type=EventType.SENDER_IDENTITY_VERIFIED,
        account_id=ACCOUNT,
        domain_id=DOMAIN.domain_id,
        identity_id=one.identity_id,
        occurred_at=LATER,
        data={
            "object": "sender_identity",
            "id": one.identity_id,
            "email": "amy@bookshelf.com",
            "name": "Amy from Book Shelf",
            "reply_to_email": "help@bookshelf.com",
            "reply_to_name": "Help",
            "is_verified": True,
            "resends": 2,
            "add_note": True,
            "personal_note": "Hi!",
        },
    )


def test_a_refused_one_is_not_verified():
    event = decision_event(decided(identity(), IdentityStatus.REFUSED, LATER), EVENT_ID, LATER)
    assert event.type == "sender_identity.refused"
    assert event.data["is_verified"] is False
    assert event.data["reply_to_email"] is event.data["personal_note"] is None


@pytest.mark.parametrize("status", [IdentityStatus.PENDING, IdentityStatus.EXPIRED])
def test_what_is_no_decision_has_no_event(status):
    with pytest.raises(KeyError):
        decision_event(identity(status=status), EVENT_ID, LATER)
