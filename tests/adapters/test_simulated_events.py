"""The events of test tokens' mail, read back by what reads SES's."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from letterhead.adapters.published_events.reading import read_event
from letterhead.adapters.simulated_events import SimulatedEvents
from letterhead.mail_events.attribution import attribute
from letterhead.messages.departure import NotTakenError
from tests.fakes.message_world import NOW, draft, later, mailbox, message


@pytest.fixture
def sqs(aws_environment):
    with mock_aws():
        yield boto3.client("sqs")


@pytest.fixture
def url(sqs):
    return sqs.create_queue(QueueName="mail-events")["QueueUrl"]


def played(sqs, url, made, now=NOW):
    SimulatedEvents(url).play(made, now)
    bodies = []
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for each in found:
            bodies.append(each["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return bodies


def test_the_local_part_decides_what_becomes_of_a_mail(sqs, url):
    to = (
        "bounced@a.example",
        "BOUNCE+x@b.example",
        "complained@c.example",
        "complaint@d.example",
        "rita@e.example",
    )
    made = message(test=True, draft=draft(to=tuple(mailbox(each) for each in to)))
    events = [read_event(body) for body in played(sqs, url, made)]
    names = sorted(
        (str(event.name), recipient.address)
        for event in events
        if event.name != "Send"
        for recipient in event.recipients
    )
    assert names == [
        ("Bounce", "bounce+x@b.example"),
        ("Bounce", "bounced@a.example"),
        ("Complaint", "complained@c.example"),
        ("Complaint", "complaint@d.example"),
        ("Delivery", "complained@c.example"),
        ("Delivery", "complaint@d.example"),
        ("Delivery", "rita@e.example"),
    ]
    assert [event.name for event in events].count("Send") == 1


def test_its_events_belong_to_the_message(sqs, url):
    made = message(test=True, identity_id=None)
    found = [attribute(read_event(body).mail) for body in played(sqs, url, made)]
    assert {(each.account_id, each.domain_id, each.message_id) for each in found} == {
        (made.account_id, made.domain_id, made.message_id)
    }


def test_mail_without_a_domain_of_its_accounts_is_booked_under_the_account(sqs, url):
    made = message(test=True, domain_id=None)
    assert attribute(read_event(played(sqs, url, made)[0]).mail).domain_id == made.account_id


def test_playing_a_message_again_gives_the_very_same_events(sqs, url):
    made = message(
        test=True, draft=draft(to=tuple(mailbox(f"r{number}@reader.example") for number in range(25)))
    )
    assert sorted(played(sqs, url, made)) == sorted(played(sqs, url, made, later(minutes=5)))


def test_a_queue_that_is_not_there_has_taken_nothing(sqs):
    with pytest.raises(NotTakenError):
        SimulatedEvents("https://sqs.us-east-1.amazonaws.com/123456789012/gone").play(message(test=True), NOW)
