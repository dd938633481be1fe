"""The outgoing mail queue against moto's SQS."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from letterhead.adapters.queues import (
    OutgoingMailQueue,
    QueueUnavailableError,
    UnreadableMessageError,
    from_message,
    to_message,
)
from letterhead.identities.confirmation_mailing import MailRequest
from letterhead.identities.exact_sending import VerificationRequest
from letterhead.identities.lapses import LapseRequest
from letterhead.outbox.owner_notice import NoticeRequest

REQUESTS = [MailRequest("acc", f"identity-{number}", number) for number in range(1, 24)]


@pytest.fixture
def sqs(aws_environment):
    with mock_aws():
        yield boto3.client("sqs")


@pytest.fixture
def url(sqs):
    return sqs.create_queue(QueueName="outgoing-mail")["QueueUrl"]


def received(sqs, url):
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def test_what_is_put_can_be_read(sqs, url):
    OutgoingMailQueue(url).put(REQUESTS)
    found = sorted(
        (from_message(body) for body in received(sqs, url)), key=lambda request: request.generation
    )
    assert found == REQUESTS


def test_a_notice_can_be_read_too_and_holds_ids_and_nothing_else(sqs, url):
    notice = NoticeRequest("acc", "evt")
    OutgoingMailQueue(url).put([notice, REQUESTS[0]])
    assert {from_message(body) for body in received(sqs, url)} == {notice, REQUESTS[0]}
    assert json.loads(to_message(notice)) == {"kind": "owner_notice", "account_id": "acc", "event_id": "evt"}


def test_a_verification_can_be_read_too_and_holds_ids_and_nothing_else(sqs, url):
    due = VerificationRequest("acc", "idn", 3)
    OutgoingMailQueue(url).put([due])
    assert [from_message(body) for body in received(sqs, url)] == [due]
    assert json.loads(to_message(due)) == {
        "kind": "address_verification",
        "account_id": "acc",
        "identity_id": "idn",
        "round": 3,
    }


def test_nothing_to_put_asks_nobody(aws_environment):
    OutgoingMailQueue("https://nowhere.invalid/queue").put([])


def test_a_message_holds_ids_and_nothing_else():
    assert json.loads(to_message(REQUESTS[0])) == {
        "kind": "identity_confirmation",
        "account_id": "acc",
        "identity_id": "identity-1",
        "generation": 1,
    }


@pytest.mark.parametrize(
    "body",
    ["", "[]", "null", "{}", '{"kind": "other"}', '{"kind": "identity_confirmation", "account_id": "a", "identity_id": "b"}',
     '{"kind": "identity_confirmation", "account_id": "a", "identity_id": "b", "generation": "x"}',
     '{"kind": "owner_notice", "account_id": "a"}',
     '{"kind": "address_verification", "account_id": "a", "identity_id": "b"}'],
)  # fmt: skip
def test_a_message_that_is_not_ours_is_unreadable(body):
    with pytest.raises(UnreadableMessageError):
        from_message(body)


def test_a_message_that_was_not_taken_makes_the_whole_put_fail(url):
    queue = OutgoingMailQueue(url)
    with Stubber(queue._client) as stub:
        refused = {"Id": "0", "SenderFault": False, "Code": "InternalError"}
        stub.add_response("send_message_batch", {"Successful": [], "Failed": [refused]})
        with pytest.raises(QueueUnavailableError):
            queue.put(REQUESTS[:1])


def test_a_queue_that_is_not_there_is_unavailable(sqs, url):
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(QueueUnavailableError):
        OutgoingMailQueue(url).put(REQUESTS[:1])


def test_a_lapse_goes_through_the_queue_as_ids():
    due = LapseRequest("acc", "dom")
    assert json.loads(to_message(due)) == {"kind": "domain_lapse", "account_id": "acc", "domain_id": "dom"}
    assert from_message(to_message(due)) == due
