from __future__ import annotations

import json

import pytest

from letterhead.adapters.identity_stream import mail_requests
from letterhead.adapters.queues import from_message, to_message
from letterhead.adapters.sandbox_stream import recipient_mail_requests
from letterhead.sandbox.mailing import RecipientMailRequest


def image(**generations):
    listed = [
        {"M": {"id": {"S": name}, "generation": {"N": str(number)}, "local": {"S": "rory"}}}
        for name, number in generations.items()
    ]
    return {"account_id": {"S": "acc"}, "recipients": {"L": listed}, "version": {"N": "1"}}


def record(new=None, old=None):
    images = {"NewImage": new, "OldImage": old}
    return {"dynamodb": {name: value for name, value in images.items() if value is not None}}


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        (record(image(a=1)), ["a1"]),
        (record(image(a=1, b=1), image(a=1)), ["b1"]),
        (record(image(a=2, b=1), image(a=1, b=1)), ["a2"]),
        (record(image(b=1), image(a=1, b=1)), []),
        (record(image(a=1), image(a=1)), []),
        (record(None, image(a=1)), []),
        (record({"account_id": {"S": "acc"}, "generation": {"N": "1"}, "identity_id": {"S": "idn"}}), []),
    ],
)
def test_each_new_recipient_and_each_grown_generation_is_asked(change, asked):
    assert [f"{one.recipient_id}{one.generation}" for one in recipient_mail_requests([change])] == asked


def test_a_change_of_test_recipients_asks_for_no_identitys_mail():
    assert mail_requests([record(image(a=1))]) == []


def test_a_request_on_the_queue_holds_ids_and_nothing_else():
    request = RecipientMailRequest("acc", "rec", 2)
    assert from_message(to_message(request)) == request
    assert set(json.loads(to_message(request))) == {"kind", "account_id", "recipient_id", "generation"}
