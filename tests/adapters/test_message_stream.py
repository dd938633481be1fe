"""Which changes of the messages table tell of a new message, and which let one leave."""

from __future__ import annotations

import pytest

from letterhead.adapters.message_stream import accepted_messages, departure_requests
from letterhead.messages.departure import DepartureRequest
from letterhead.messages.history import AcceptedMessage


def record(status="queued", before=None):
    image = {"account_id": {"S": "acc"}, "message_id": {"S": "msg"}, "draft": {"B": "eA=="}}
    images = {"NewImage": image | {"status": {"S": status}}}
    if before is not None:
        images["OldImage"] = {"status": {"S": before}}
    return {"eventName": "INSERT" if before is None else "MODIFY", "dynamodb": images}


@pytest.mark.parametrize("asked", [record(), record(before="scheduled"), record(before="waiting")])
def test_a_message_leaves_that_comes_as_queued_or_becomes_so_after_waiting(asked):
    assert departure_requests([asked]) == [DepartureRequest("acc", "msg")]


@pytest.mark.parametrize(
    "other",
    [
        record("scheduled"),
        record("waiting", "queued"),
        record("leaving", "queued"),
        record("sent", "leaving"),
        record("cancelled", "scheduled"),
        # The request that tried is in the queue still.
        record("queued", "leaving"),
        record("queued", "queued"),
        {"eventName": "REMOVE", "dynamodb": {"Keys": {}}},
        {
            "eventName": "INSERT",
            "dynamodb": {"NewImage": {"account_id": {"S": "acc"}, "event_id": {"S": "evt"}}},
        },
    ],
)
def test_nothing_else_asks_for_a_departure(other):
    assert departure_requests([other]) == []


@pytest.mark.parametrize("status", ["queued", "scheduled", "waiting"])
def test_every_new_message_is_news(status):
    assert accepted_messages([record(status)]) == [AcceptedMessage("acc", "msg")]


@pytest.mark.parametrize(
    "other",
    [
        record("queued", "scheduled"),
        record("sent", "leaving"),
        {"eventName": "REMOVE", "dynamodb": {"Keys": {}}},
        # An activity has the same keys.
        {
            "eventName": "INSERT",
            "dynamodb": {"NewImage": {"account_id": {"S": "acc"}, "message_id": {"S": "msg"}}},
        },
    ],
)
def test_no_other_change_is(other):
    assert accepted_messages([other]) == []
