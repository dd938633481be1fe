from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from letterhead.adapters.queues import QueueUnavailableError, from_message
from letterhead.adapters.webhook_queues import read_event_message
from letterhead.identities.confirmation_mailing import MailRequest
from letterhead.outbox.owner_notice import NoticeRequest
from letterhead.webhooks.delivery import EventKey
from letterhead.webhooks.fan_out import Announcement

EVENTS = Path(__file__).parents[3] / "events"
EVENT = json.loads((EVENTS / "identities_stream.json").read_text())
REFUSED = json.loads((EVENTS / "outbox_stream.json").read_text())


@pytest.fixture
def sqs(aws_environment):
    with mock_aws():
        yield boto3.client("sqs")


@pytest.fixture
def url(sqs):
    return sqs.create_queue(QueueName="OutgoingMailQueue")["QueueUrl"]


@pytest.fixture
def events_url(sqs):
    return sqs.create_queue(QueueName="WebhookEventQueue")["QueueUrl"]


@pytest.fixture
def function(url, events_url, load):
    return load("outbox_relay", MAIL_QUEUE_URL=url, WEBHOOK_EVENT_QUEUE_URL=events_url)


def test_a_new_identity_in_the_stream_becomes_a_request_on_the_queue(function, sqs, url):
    function(EVENT)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert from_message(message["Body"]) == MailRequest("0kx2m9ab1c3d4e5f", "0kx2m9ab1c3d4e60", 1)
    assert "bookshelf" not in message["Body"]


def test_a_refusal_in_the_outbox_becomes_a_notice_on_the_queue(function, sqs, url):
    function(REFUSED)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert from_message(message["Body"]) == NoticeRequest("0kx2m9ab1c3d4e5f", "0kx2m9ab1c3d4e70")
    assert "bookshelf" not in message["Body"]


def test_an_event_in_the_outbox_is_announced_to_webhooks_without_what_it_says(function, sqs, events_url):
    function(REFUSED)
    (message,) = sqs.receive_message(QueueUrl=events_url)["Messages"]
    event = read_event_message(message["Body"])
    assert isinstance(event, Announcement)
    assert event.key == EventKey("0kx2m9ab1c3d4e5f", "0kx2m9ab1c3d4e70")
    assert event.subject.type == "sender_identity.refused"
    assert "bookshelf" not in message["Body"]


def test_a_new_message_is_news_for_its_history_and_a_request_to_leave_by_its_ids_alone(sqs, load):
    queues = {
        name: sqs.create_queue(QueueName=name)["QueueUrl"]
        for name in ("OutgoingMailQueue", "WebhookEventQueue", "MessageQueue", "MailEventsQueue")
    }
    function = load(
        "outbox_relay",
        MAIL_QUEUE_URL=queues["OutgoingMailQueue"],
        WEBHOOK_EVENT_QUEUE_URL=queues["WebhookEventQueue"],
        MESSAGE_QUEUE_URL=queues["MessageQueue"],
        MAIL_EVENTS_QUEUE_URL=queues["MailEventsQueue"],
    )
    image = {
        "account_id": {"S": "acc"},
        "message_id": {"S": "msg"},
        "from": {"S": "news@bookshelf.com"},
        "draft": {"B": "eA=="},
        "status": {"S": "queued"},
    }
    function({"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": image}}]})

    def bodies(name):
        found = sqs.receive_message(QueueUrl=queues[name]).get("Messages", [])
        return [json.loads(each["Body"]) for each in found]

    assert bodies("MailEventsQueue") == [{"account_id": "acc", "accepted_message_id": "msg"}]
    assert bodies("MessageQueue") == [{"account_id": "acc", "message_id": "msg"}]
    assert bodies("OutgoingMailQueue") == bodies("WebhookEventQueue") == []


def test_an_identity_in_the_stream_is_no_event(function, sqs, events_url):
    function(EVENT)
    assert "Messages" not in sqs.receive_message(QueueUrl=events_url)


def test_what_cannot_be_copied_raises_so_that_the_stream_brings_it_again(function, sqs, url):
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(QueueUnavailableError):
        function(EVENT)


def test_its_one_line_has_no_address(function):
    function(EVENT)
    (line,) = function.lines
    assert (line["changes"], line["mails"]) == (1, 1)
    assert "bookshelf" not in function.log


def test_every_event_is_counted_by_its_kind(function):
    function(REFUSED)
    (line,) = function.counts
    assert (line["event"], line["Events"]) == ("sender_identity.refused", 1)
