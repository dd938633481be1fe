"""The events of a mail: the shapes of the SES developer guide's "Examples of event data that Amazon SES publishes to
Amazon SNS", and the fates of the mailbox simulator's addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from local.ses.events import Fate, SentMail, events_of, fate_of

SENT_AT = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
RAW = (
    b"Message-ID: <010f-1@email.amazonses.com>\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
    b"From: Agency <hello@agency.com>\r\nTo: a@x.com\r\nReply-To: amy@client.com\r\nSubject: Hi\r\n\r\nbody"
)


def mail_to(*recipients, raw=RAW):
    return SentMail(
        message_id="010f-1",
        sent_at=SENT_AT,
        source="Agency <hello@agency.com>",
        source_arn="arn:aws:ses:us-east-1:000000000000:identity/agency.com",
        account_id="000000000000",
        destination=recipients,
        message=message_from_bytes(raw, policy=policy.default),
        tags={"ses:configuration-set": ["letterhead"], "account": ["a1"]},
    )


def events_to(*recipients, rejected=False):
    return events_of(mail_to(*recipients), rejected, SENT_AT + timedelta(milliseconds=700))


@pytest.mark.parametrize(
    ("recipient", "fate"),
    [
        ("success@simulator.amazonses.com", Fate.DELIVERED),
        ("bounce@simulator.amazonses.com", Fate.BOUNCED),
        ("bounce+label1@Simulator.AmazonSES.com", Fate.BOUNCED),
        ("complaint+x+y@simulator.amazonses.com", Fate.COMPLAINED),
        ("ooto@simulator.amazonses.com", Fate.OUT_OF_OFFICE),
        ("suppressionlist@simulator.amazonses.com", Fate.SUPPRESSED),
        ("nobody@simulator.amazonses.com", Fate.BOUNCED),
        ("bounce@example.com", Fate.DELIVERED),
    ],
)
def test_the_simulator_decides_by_the_address(recipient, fate):
    assert fate_of(recipient) is fate


@pytest.mark.parametrize(
    ("local_part", "types"),
    [
        ("success", ["SEND", "DELIVERY"]),
        ("bounce", ["SEND", "BOUNCE"]),
        ("complaint", ["SEND", "DELIVERY", "COMPLAINT"]),
        ("ooto", ["SEND", "DELIVERY", "BOUNCE"]),
        ("suppressionlist", ["SEND", "BOUNCE"]),
    ],
)
def test_each_fate_has_its_events(local_part, types):
    assert [kind for kind, _ in events_to(f"{local_part}+1@simulator.amazonses.com")] == types


def test_every_event_describes_its_mail():
    for _, event in events_to("a@x.com", "bounce@simulator.amazonses.com"):
        assert event["mail"] == {
            "timestamp": "2026-11-21T12:00:00.123Z",
            "source": "Agency <hello@agency.com>",
            "sourceArn": "arn:aws:ses:us-east-1:000000000000:identity/agency.com",
            "sendingAccountId": "000000000000",
            "messageId": "010f-1",
            "destination": ["a@x.com", "bounce@simulator.amazonses.com"],
            "headersTruncated": False,
            "headers": [
                {"name": "Message-ID", "value": "<010f-1@email.amazonses.com>"},
                {"name": "Date", "value": "Sat, 21 Nov 2026 12:00:00 +0000"},
                {"name": "From", "value": "Agency <hello@agency.com>"},
                {"name": "To", "value": "a@x.com"},
                {"name": "Reply-To", "value": "amy@client.com"},
                {"name": "Subject", "value": "Hi"},
            ],
            "commonHeaders": {
                "from": ["Agency <hello@agency.com>"],
                "to": ["a@x.com"],
                "replyTo": ["amy@client.com"],
                "date": "Sat, 21 Nov 2026 12:00:00 +0000",
                "messageId": "010f-1",
                "subject": "Hi",
            },
            "tags": {"ses:configuration-set": ["letterhead"], "account": ["a1"]},
        }


def only(kind, *recipients, **more):
    (event,) = [event for found, event in events_to(*recipients, **more) if found == kind]
    return event


def test_a_bounce_names_the_recipients_and_why():
    event = only("BOUNCE", "bounce+1@simulator.amazonses.com", "bounce+2@simulator.amazonses.com")

    bounce = event["bounce"]
    assert event["eventType"] == "Bounce"
    assert bounce.pop("feedbackId")
    assert bounce.pop("reportingMTA").startswith("dns; ")
    assert bounce == {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": f"bounce+{number}@simulator.amazonses.com",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
            for number in (1, 2)
        ],
        "timestamp": "2026-11-21T12:00:00.823Z",
    }


@pytest.mark.parametrize(
    ("local_part", "kind"),
    [("suppressionlist", ("Permanent", "Suppressed")), ("ooto", ("Transient", "General"))],
)
def test_the_other_bounces_have_their_kinds(local_part, kind):
    bounce = only("BOUNCE", f"{local_part}@simulator.amazonses.com")["bounce"]

    assert (bounce["bounceType"], bounce["bounceSubType"]) == kind


def test_a_complaint_names_the_recipients_and_the_feedback():
    complaint = only("COMPLAINT", "complaint@simulator.amazonses.com")["complaint"]

    assert complaint.pop("feedbackId")
    assert complaint == {
        "complainedRecipients": [{"emailAddress": "complaint@simulator.amazonses.com"}],
        "timestamp": "2026-11-21T12:00:00.823Z",
        "complaintSubType": None,
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": "2026-11-21T12:00:00.823Z",
    }


def test_a_delivery_names_the_recipients_and_the_time_it_took():
    delivery = only("DELIVERY", "a@x.com", "b@x.com")["delivery"]

    assert delivery["recipients"] == ["a@x.com", "b@x.com"]
    assert delivery["processingTimeMillis"] == 700
    assert delivery["smtpResponse"].startswith("250 ")


def test_recipients_of_different_domains_have_events_of_their_own():
    deliveries = [
        event["delivery"]["recipients"]
        for kind, event in events_to("a@x.com", "b@y.com")
        if kind == "DELIVERY"
    ]

    assert deliveries == [["a@x.com"], ["b@y.com"]]


def test_a_rejected_mail_is_sent_and_rejected_and_nothing_more():
    events = events_to("a@x.com", "bounce@simulator.amazonses.com", rejected=True)

    assert [kind for kind, _ in events] == ["SEND", "REJECT"]
    assert events[1][1]["reject"] == {"reason": "Bad content"}


def test_feedback_ids_tell_events_apart():
    events = events_to(
        "bounce@simulator.amazonses.com", "complaint@simulator.amazonses.com", "ooto@simulator.amazonses.com"
    )

    ids = [
        event[name]["feedbackId"] for _, event in events for name in ("bounce", "complaint") if name in event
    ]
    assert len(ids) == len(set(ids)) == 3


def test_long_headers_are_cut_at_10_kilobytes():
    raw = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 900) for number in range(20)) + RAW
    ((_, event), *_) = events_of(mail_to("a@x.com", raw=raw), False, SENT_AT)

    assert event["mail"]["headersTruncated"] is True
    assert len(event["mail"]["headers"]) == 11
    assert event["mail"]["commonHeaders"]["subject"] == "Hi"
