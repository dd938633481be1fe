"""The stand-in beside a real emulator: calls that are passed on, configuration sets, published events."""

from __future__ import annotations

import json
import time

import pytest

from tests.local.ses.emulator_beside import DOMAIN_ARN, REMEMBERED_SECONDS, mail, outcome


def test_other_calls_are_passed_on_to_the_emulator(judged_ses, emulator):
    judged_ses.v2.create_configuration_set(
        ConfigurationSetName="passed-on", Tags=[{"Key": "a", "Value": "b"}]
    )

    assert emulator.root("sesv2").get_configuration_set(ConfigurationSetName="passed-on")["Tags"]
    with pytest.raises(judged_ses.v2.exceptions.NotFoundException):
        judged_ses.v2.get_configuration_set(ConfigurationSetName="unknown")


@pytest.mark.parametrize("call", ["create_email_identity", "put_email_identity_configuration_set_attributes"])
def test_an_identity_gets_only_a_configuration_set_that_exists(judged_ses, call):
    if call.startswith("put"):
        judged_ses.v2.create_email_identity(EmailIdentity="client.com")

    assert (
        outcome(getattr(judged_ses.v2, call), EmailIdentity="client.com", ConfigurationSetName="no")
        == "NotFoundException"
    )


def test_a_mail_needs_a_configuration_set_that_exists_and_sends(agency):
    assert outcome(agency.v2.send_email, **mail(ConfigurationSetName="unknown")) == "NotFoundException"

    agency.v2.put_configuration_set_sending_options(ConfigurationSetName="letterhead", SendingEnabled=False)
    time.sleep(REMEMBERED_SECONDS * 1.5)
    paused = outcome(agency.v2.send_email, **mail(ConfigurationSetName="letterhead"))

    assert paused == "SendingPausedException"
    assert agency.mailbox.as_json() == []


@pytest.fixture
def queue(emulator, agency):
    """A queue that hears the configuration set `heard` through a topic, raw, as the template wires it."""
    sqs, sns, sesv2 = emulator.root("sqs"), emulator.root("sns"), emulator.root("sesv2")
    topic = sns.create_topic(Name="ses-events")["TopicArn"]
    url = sqs.create_queue(QueueName="ses-events")["QueueUrl"]
    sqs.purge_queue(QueueUrl=url)
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    sesv2.create_configuration_set(ConfigurationSetName="heard")
    sesv2.create_configuration_set_event_destination(
        ConfigurationSetName="heard",
        EventDestinationName="sns",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"],
            "SnsDestination": {"TopicArn": topic},
        },
    )
    yield lambda count: heard(sqs, url, count)
    sesv2.delete_configuration_set(ConfigurationSetName="heard")


def heard(sqs, url, count):
    events = []
    for _ in range(20):
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            events.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        if len(events) >= count:
            break
    return events


def test_what_becomes_of_a_mail_is_published_to_the_topic_of_its_configuration_set(agency, queue):
    message_id = agency.v2.send_email(
        **mail(
            Destination={
                "ToAddresses": ["amy@client.com", "bounce+1@simulator.amazonses.com"],
                "BccAddresses": ["complaint@simulator.amazonses.com"],
            },
            ConfigurationSetName="heard",
            EmailTags=[{"Name": "account", "Value": "a1"}],
        )
    )["MessageId"]

    events = queue(4)

    assert sorted(event["eventType"] for event in events) == ["Bounce", "Complaint", "Delivery", "Delivery"]
    for event in events:
        assert event["mail"]["messageId"] == message_id
        assert event["mail"]["sourceArn"] == DOMAIN_ARN
        assert event["mail"]["tags"]["account"] == ["a1"]
        assert event["mail"]["tags"]["ses:configuration-set"] == ["heard"]
        assert event["mail"]["tags"]["ses:from-domain"] == ["agency.com"]


def test_the_identitys_own_configuration_set_is_heard_too(agency, queue):
    agency.v2.put_email_identity_configuration_set_attributes(
        EmailIdentity="agency.com", ConfigurationSetName="heard"
    )
    agency.v2.send_email(**mail())

    assert [event["eventType"] for event in queue(1)] == ["Delivery"]


def test_headers_name_the_configuration_set_and_tags_of_a_raw_mail(agency, queue):
    raw = (
        b"From: hello@agency.com\nTo: suppressionlist@simulator.amazonses.com\n"
        b"X-SES-CONFIGURATION-SET: heard\nX-SES-MESSAGE-TAGS: account=a1, domain=d1\n\nbody"
    )
    agency.v2.send_email(Content={"Raw": {"Data": raw}})

    (event,) = queue(1)
    assert event["bounce"]["bounceSubType"] == "Suppressed"
    assert (event["mail"]["tags"]["account"], event["mail"]["tags"]["domain"]) == (["a1"], ["d1"])
    assert not any(header["name"].lower().startswith("x-ses") for header in event["mail"]["headers"])
