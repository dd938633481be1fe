"""Dead letters go back to where they came from: by SQS itself, by hand where it can't; those of a stream stay."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from tools.doctor.patient import Patient, Resource
from tools.redrive import RedriveError, count, letters, move

DEAD, SOURCE = "OutgoingMailDeadLetters", "OutgoingMailQueue"


@pytest.fixture
def sqs(aws_environment):
    with mock_aws():
        yield boto3.client("sqs")


def patient_of(sqs, account: str, resources: list[Resource]) -> Patient:
    patient = Patient(lambda _: sqs, "letterhead", lambda: datetime.now(UTC), time.sleep)
    patient.__dict__.update(identity={"Account": account}, resources=tuple(resources))
    return patient


@pytest.fixture
def queues(sqs) -> list[Resource]:
    dead = sqs.create_queue(QueueName=DEAD)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    source = sqs.create_queue(QueueName=SOURCE, Attributes={"RedrivePolicy": policy})["QueueUrl"]
    other = sqs.create_queue(QueueName="LookQueue")["QueueUrl"]
    kind = "AWS::SQS::Queue"
    return [Resource("LookQueue", kind, other), Resource(SOURCE, kind, source), Resource(DEAD, kind, dead)]


def test_where_sqs_cannot_move_them_they_are_carried(sqs, queues):
    _, source, dead = queues
    for number in range(12):
        sqs.send_message(QueueUrl=dead.physical_id, MessageBody=f"letter {number}")
    patient = patient_of(sqs, "000000000000", queues)
    assert count(patient.client, dead) == 12
    assert all(letter.bytes >= len("letter 0") for letter in letters(patient.client, dead))

    move(patient, dead)

    assert (count(patient.client, dead), count(patient.client, source)) == (0, 12)


def test_on_aws_sqs_is_asked_to_move_them(sqs, queues, monkeypatch):
    asked = []
    monkeypatch.setattr(sqs, "start_message_move_task", lambda **given: asked.append(given), raising=False)
    *_, dead = queues

    move(patient_of(sqs, "123456789012", queues), dead)

    (given,) = asked
    assert given["SourceArn"].endswith(f":{DEAD}")
    assert set(given) == {"SourceArn"}, "without a destination they go back to where they came from"


def test_what_a_stream_has_given_up_is_not_moved(sqs):
    queue = Resource("OutboxDeadLetters", "AWS::SQS::Queue", "http://queue")
    with pytest.raises(RedriveError, match="positions"):
        move(patient_of(sqs, "123456789012", [queue]), queue)
