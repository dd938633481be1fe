"""Messages between the functions of webhooks: what is put is what is read, and everything else is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from letterhead.adapters.webhook_queues import (
    JobQueue,
    Look,
    UnreadableWebhookMessageError,
    WebhookEventQueue,
    WebhookQueueUnavailableError,
    read_event_message,
    read_job,
)
from letterhead.webhooks.delivery import Attempt, Cause, EventKey, Job, Source
from letterhead.webhooks.endpoint import Subject
from letterhead.webhooks.fan_out import Announcement
from letterhead.webhooks.replaying import ReplayRequest

NOW = datetime(2026, 6, 14, 9, 30, 1, 250000, tzinfo=UTC)
JOBS = [
    Job("a" * 16, "e" * 16, "d" * 16, "v" * 16, Source.OUTBOX),
    Job(
        "a" * 16,
        "e" * 16,
        "d" * 16,
        "v" * 16,
        Source.ACTIVITY,
        count=3,
        round=1,
        carried=Attempt(NOW, 12, 500, Cause.STATUS, "x", "Ä"),
        now=NOW + timedelta(days=2),
    ),
]
EVENTS = [
    Announcement(EventKey("a", "v"), Subject("domain.verified", "d", None), NOW),
    Announcement(EventKey("a", "v", Source.ACTIVITY), Subject("activity.sent", None, "i"), NOW, "e"),
    Look("a", "e", gone=True, now=None),
    Look("a", "e", gone=False, now=NOW),
    ReplayRequest("a", "e", NOW, NOW + timedelta(hours=1), only_failed=True, after="d"),
]


@pytest.fixture
def sqs(aws_environment):
    with mock_aws():
        yield boto3.client("sqs")


@pytest.fixture
def url(sqs):
    return sqs.create_queue(QueueName="queue")["QueueUrl"]


def bodies(sqs, url):
    found = []
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in batch:
            found.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


@pytest.mark.parametrize("job", JOBS)
def test_a_job_comes_out_as_it_went_in(sqs, url, job):
    JobQueue(url).put([job])
    assert [read_job(body) for body in bodies(sqs, url)] == [job]


@pytest.mark.parametrize("event", EVENTS)
def test_what_the_event_queue_holds_comes_out_as_it_went_in(sqs, url, event):
    queue = WebhookEventQueue(url)
    if isinstance(event, Announcement):
        queue.announce([event])
    elif isinstance(event, Look):
        queue.ask(event.account_id, event.endpoint_id, gone=event.gone, now=event.now)
    else:
        queue.ask_replay(event)
    assert [read_event_message(body) for body in bodies(sqs, url)] == [event]


def test_a_hundred_jobs_are_ten_batches(sqs, url):
    JobQueue(url).put([JOBS[0]] * 100)
    assert len(bodies(sqs, url)) == 100


def test_a_queue_that_does_not_take_them_is_told_as_unavailable(sqs, url):
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(WebhookQueueUnavailableError):
        JobQueue(url).put([JOBS[0]])


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", json.dumps({"account": "a", "kind": "other"})])
@pytest.mark.parametrize("read", [read_job, read_event_message])
def test_what_is_no_message_of_ours_is_refused(read, body):
    with pytest.raises(UnreadableWebhookMessageError):
        read(body)
