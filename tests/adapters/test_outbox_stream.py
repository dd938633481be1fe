from __future__ import annotations

import pytest

from letterhead.adapters.identity_stream import mail_requests
from letterhead.adapters.outbox_stream import lapse_requests, notice_requests
from letterhead.identities.lapses import LapseRequest
from letterhead.outbox.owner_notice import NoticeRequest


def record(event_type="sender_identity.refused", event_name="INSERT"):
    image = {"account_id": {"S": "acc"}, "event_id": {"S": "evt"}, "type": {"S": event_type}}
    return {"eventName": event_name, "dynamodb": {"NewImage": image}}


IDENTITY = {
    "eventName": "INSERT",
    "dynamodb": {
        "NewImage": {
            "account_id": {"S": "acc"},
            "email": {"S": "amy@bookshelf.com"},
            "identity_id": {"S": "idn"},
            "generation": {"N": "1"},
        }
    },
}
REMOVED = {"eventName": "REMOVE", "dynamodb": {"Keys": {}}}


def test_a_refusal_is_told_to_the_owner():
    assert notice_requests([record()]) == [NoticeRequest("acc", "evt")]


@pytest.mark.parametrize(
    "other",
    [
        record("sender_identity.verified"),
        record("a.kind.of.tomorrow"),
        record(event_name="MODIFY"),
        IDENTITY,
        REMOVED,
    ],
)
def test_nothing_else_is(other):
    assert notice_requests([other]) == []


def test_an_event_asks_for_no_confirmation_mail():
    assert mail_requests([record()]) == []


def of_domain(event_type, domain_id="dom"):
    one = record(event_type)
    one["dynamodb"]["NewImage"]["domain_id"] = {"S": domain_id}
    return one


@pytest.mark.parametrize(
    "event_type",
    [
        "domain.verified",
        "domain.sending_stopped",
        "domain.ownership_lost",
        "domain.sending_paused",
        "domain.sending_resumed",
    ],
)
def test_what_changes_the_right_to_send_marks_the_domains_identities_once_a_batch(event_type):
    records = [of_domain(event_type), of_domain(event_type), of_domain(event_type, "other")]

    assert lapse_requests(records) == [LapseRequest("acc", "dom"), LapseRequest("acc", "other")]


@pytest.mark.parametrize(
    "other", [of_domain("domain.record_missing"), record("domain.verified"), record(), REMOVED]
)
def test_what_leaves_the_right_to_send_alone_marks_nothing(other):
    assert lapse_requests([other]) == []
