"""SendEmail: who may send, what arrives in the mailbox, and what SES refuses."""

from __future__ import annotations

import base64
import re
from email.message import EmailMessage

import pytest
from botocore.exceptions import ClientError

from local.ses import draft

MESSAGE_ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-000000")


def simple(subject="Hello", **more):
    return {"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": "Hi Amy"}}, **more}}


def send(ses, sender="Agency <hello@agency.com>", to=("amy@client.com",), content=None, **more):
    return ses.v2.send_email(
        FromEmailAddress=sender, Destination={"ToAddresses": list(to)}, Content=content or simple(), **more
    )["MessageId"]


def refusal(ses, **parameters):
    with pytest.raises(ClientError) as refused:
        send(ses, **parameters)
    assert ses.mailbox.as_json() == []
    return refused.value.response["Error"]


def newest(ses):
    return ses.mailbox.as_json()[0]


def test_a_mail_arrives_as_it_was_composed(verified):
    message_id = verified.v2.send_email(
        FromEmailAddress='"Amy from Büchershelf" <amy.client-com@agency.com>',
        Destination={
            "ToAddresses": ["Bob <bob@x.com>"],
            "CcAddresses": ["c@x.com"],
            "BccAddresses": ["hidden@x.com"],
        },
        ReplyToAddresses=["Amy <amy@client.com>"],
        Content={
            "Simple": {
                "Subject": {"Data": "Größe\N{EN DASH}ok", "Charset": "UTF-8"},
                "Body": {
                    "Text": {"Data": "Grüße", "Charset": "UTF-8"},
                    "Html": {"Data": "<p>Grüße</p>", "Charset": "UTF-8"},
                },
                "Headers": [{"Name": "List-Unsubscribe", "Value": "<https://agency.com/u/1>"}],
                "Attachments": [
                    {"FileName": "a.pdf", "RawContent": b"%PDF", "ContentType": "application/pdf"},
                    {
                        "FileName": "logo.png",
                        "RawContent": b"PNG",
                        "ContentType": "image/png",
                        "ContentDisposition": "INLINE",
                        "ContentId": "logo",
                    },
                ],
            }
        },
    )["MessageId"]

    mail = newest(verified)
    assert MESSAGE_ID.fullmatch(message_id)
    assert mail["from"] == "Amy from Büchershelf <amy.client-com@agency.com>"
    assert (mail["to"], mail["cc"], mail["reply_to"]) == (
        ["Bob <bob@x.com>"],
        ["c@x.com"],
        ["Amy <amy@client.com>"],
    )
    assert (mail["subject"], mail["text"], mail["html"]) == ("Größe–ok", "Grüße\n", "<p>Grüße</p>\n")
    assert mail["headers"]["List-Unsubscribe"] == "<https://agency.com/u/1>"
    assert mail["headers"]["Message-ID"] == f"<{message_id}@email.amazonses.com>"
    assert mail["headers"]["Date"] == "Sat, 21 Nov 2026 12:00:00 +0000"
    assert "Bcc" not in mail["headers"]
    assert mail["attachments"] == [
        {"filename": "a.pdf", "content_type": "application/pdf", "size": 4, "disposition": "attachment"},
        {"filename": "logo.png", "content_type": "image/png", "size": 3, "disposition": "inline"},
    ]
    assert mail["envelope"] == {
        "mail_from": f"{message_id}@mail.agency.com",
        "recipients": ["bob@x.com", "c@x.com", "hidden@x.com"],
    }


def test_a_raw_mail_passes_byte_for_byte_but_for_what_ses_sets(verified):
    raw = (
        b"From: Agency <hello@agency.com>\r\n"
        b"To: amy@client.com,\r\n bob@client.com\r\n"
        b"Bcc: hidden@client.com,\r\n other@client.com\r\n"
        b"Message-ID: <mine@agency.com>\r\n"
        b"Date: Mon, 1 Jan 2001 00:00:00 +0000\r\n"
        b"Return-Path: <x@agency.com>\r\n"
        b"X-SES-MESSAGE-TAGS: a=b\r\n"
        b"Subject:  odd   spacing \r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n"
        b"\r\n"
        b"Gr\xc3\xbc\xc3\x9fe\r\n\r\nFrom: body\r\n"
    )

    message_id = verified.v2.send_email(Content={"Raw": {"Data": raw}})["MessageId"]

    mail = newest(verified)
    assert mail["raw"].encode() == (
        f"Message-ID: <{message_id}@email.amazonses.com>\r\n".encode()
        + b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
        + b"From: Agency <hello@agency.com>\r\n"
        + b"To: amy@client.com,\r\n bob@client.com\r\n"
        + b"Subject:  odd   spacing \r\n"
        + raw[raw.index(b"Content-Type") :]
    )
    assert mail["envelope"]["recipients"] == [
        "amy@client.com",
        "bob@client.com",
        "hidden@client.com",
        "other@client.com",
    ]


def test_the_destination_decides_who_gets_a_raw_mail(verified):
    raw = b"From: hello@agency.com\nTo: amy@client.com\nSubject: x\n\nbody\n"

    verified.v2.send_email(Content={"Raw": {"Data": raw}}, Destination={"ToAddresses": ["bob@client.com"]})

    assert newest(verified)["envelope"]["recipients"] == ["bob@client.com"]
    assert newest(verified)["to"] == ["amy@client.com"]
    assert newest(verified)["raw"].endswith("Subject: x\n\nbody\n")


@pytest.mark.parametrize("sender", ["x@agency.com", "x@news.agency.com", "x@a.b.AGENCY.com"])
def test_a_verified_domain_sends_for_itself_and_all_below_it(verified, sender):
    send(verified, sender=sender)

    assert newest(verified)["from"] == sender


@pytest.mark.parametrize("sender", ["x@client.com", "x@com", "x@notagency.com", "x@agency.com.evil.com"])
def test_a_sender_that_is_not_verified_is_refused(verified, sender):
    error = refusal(verified, sender=sender)

    assert error["Code"] == "MessageRejected"
    assert error["Message"] == (
        "Email address is not verified. The following identities failed the check in region US-EAST-1: "
        + sender
    )


def test_a_domain_that_is_pending_or_failed_sends_nothing(ses):
    ses.v2.create_email_identity(EmailIdentity="client.com")
    assert refusal(ses, sender="x@client.com")["Code"] == "MessageRejected"
    ses.clock.turn(hours=73)
    ses.publish("client.com", "")
    ses.v2.get_email_identity(EmailIdentity="client.com")
    ses.publish_dkim("client.com")

    assert refusal(ses, sender="x@client.com")["Code"] == "MessageRejected"


def test_a_domain_sends_from_the_moment_its_records_are_there(ses):
    ses.v2.create_email_identity(EmailIdentity="client.com")
    ses.publish_dkim("client.com")

    send(ses, sender="x@client.com")

    assert newest(ses)["envelope"]["mail_from"].endswith("@amazonses.com")


def test_a_verified_address_sends_for_itself_and_its_labels_only(ses):
    ses.v2.create_email_identity(EmailIdentity="amy@client.com")
    assert refusal_code(ses, "amy@client.com") == "MessageRejected"
    verify_address(ses)

    for sender in ("amy@client.com", "Amy <amy@client.com>", "amy+news@client.com"):
        send(ses, sender=sender)
    for sender in ("bob@client.com", "Amy@client.com", "amy@sub.client.com"):
        assert refusal_code(ses, sender) == "MessageRejected"


def refusal_code(ses, sender):
    with pytest.raises(ClientError) as refused:
        send(ses, sender=sender)
    return refused.value.response["Error"]["Code"]


def verify_address(ses):
    import urllib.request

    with urllib.request.urlopen(newest(ses)["links"][0]) as answer:
        assert answer.status == 200


def test_the_from_header_of_a_raw_mail_must_be_verified_too(verified):
    raw = b"From: ceo@bank.com\nTo: amy@client.com\n\nbody\n"

    with pytest.raises(verified.v2.exceptions.MessageRejected, match=r"ceo@bank\.com"):
        verified.v2.send_email(FromEmailAddress="x@agency.com", Content={"Raw": {"Data": raw}})


@pytest.mark.parametrize(
    ("behavior", "code"), [("USE_DEFAULT_VALUE", None), ("REJECT_MESSAGE", "MailFromDomain")]
)
def test_a_mail_from_domain_that_is_not_verified_is_not_used(verified, behavior, code):
    verified.v2.put_email_identity_mail_from_attributes(
        EmailIdentity="agency.com", MailFromDomain="other.agency.com", BehaviorOnMxFailure=behavior
    )

    if code is None:
        send(verified)
        assert newest(verified)["envelope"]["mail_from"].endswith("@amazonses.com")
    else:
        assert refusal(verified)["Code"] == "MailFromDomainNotVerifiedException"


def test_an_address_uses_the_mail_from_domain_of_its_verified_domain(verified):
    verified.v2.create_email_identity(EmailIdentity="hello@agency.com")
    verify_address(verified)

    send(verified)

    assert newest(verified)["envelope"]["mail_from"].endswith("@mail.agency.com")


def test_tags_and_list_management_are_taken(verified):
    send(
        verified,
        EmailTags=[{"Name": "account", "Value": "a_1"}],
        ListManagementOptions={"ContactListName": "list"},
        ConfigurationSetName="letterhead",
    )

    assert len(verified.mailbox.as_json()) == 1


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"to": [f"a{number}@x.com" for number in range(51)]}, "Recipient count exceeds 50"),
        ({"to": []}, "no recipients"),
        ({"to": ["nonsense"]}, "Missing final '@domain'"),
        ({"to": ["a@x.com\nBcc: b@x.com"]}, "control characters"),
        ({"sender": "a@agency.com\r\nX: y"}, "control characters"),
        ({"EmailTags": [{"Name": "to", "Value": "amy@client.com"}]}, "Message tag"),
        ({"EmailTags": [{"Name": "", "Value": "x"}]}, "Message tag"),
        ({"EmailTags": [{"Name": "n", "Value": "x" * 257}]}, "Message tag"),
        ({"EmailTags": [{"Name": f"n{number}", "Value": "x"} for number in range(51)]}, "At most 50"),
        ({"content": simple(Headers=[{"Name": "X-SES-CONFIGURATION-SET", "Value": "x"}])}, "can't be given"),
        ({"content": simple(Headers=[{"Name": "Bcc", "Value": "x@x.com"}])}, "can't be given"),
        (
            {"content": simple(Headers=[{"Name": f"X-{number}", "Value": "x"} for number in range(16)])},
            "at most 15",
        ),
        ({"content": simple(Headers=[{"Name": "X-A", "Value": "x" * 996}])}, "at most 995"),
        ({"content": simple(Headers=[{"Name": "X-A", "Value": "ü"}])}, "doesn't take"),
        ({"content": simple(Headers=[{"Name": "X A", "Value": "x"}])}, "doesn't take"),
        ({"content": simple("a\r\nBcc: evil@x.com")}, "can't be composed"),
        ({"content": {"Simple": {"Subject": {"Data": "x"}, "Body": {}}}}, "text or HTML"),
        ({"content": {"Template": {"TemplateName": "x"}}}, "no templates"),
        ({"content": {"Raw": {"Data": b"To: a@x.com\n\nbody"}}}, "'From'"),
    ],
)
def test_what_ses_does_not_take_is_a_bad_request(verified, parameters, said):
    error = refusal(verified, **parameters)

    assert error["Code"] == "BadRequestException"
    assert said in error["Message"]


def test_fifty_recipients_are_taken_and_each_counts(verified):
    send(verified, to=[f"a{number}@x.com" for number in range(50)])
    quota = verified.v2.get_account()["SendQuota"]
    verified.clock.turn(hours=25)

    assert quota["SentLast24Hours"] == 50
    assert quota["MaxSendRate"] > 14
    assert verified.v2.get_account()["SendQuota"]["SentLast24Hours"] == 0


def test_the_account_is_out_of_the_sandbox(ses):
    account = ses.v2.get_account()

    assert account["ProductionAccessEnabled"] is True
    assert account["SendingEnabled"] is True
    assert account["EnforcementStatus"] == "HEALTHY"


def test_a_mail_has_at_most_40_megabytes(verified, monkeypatch):
    assert draft.MOST_BYTES == 40 * 1024 * 1024
    raw = b"From: x@agency.com\nTo: amy@client.com\n\nbody"
    monkeypatch.setattr(draft, "MOST_BYTES", len(raw))

    verified.v2.send_email(Content={"Raw": {"Data": raw}})
    with pytest.raises(verified.v2.exceptions.BadRequestException, match="Message length"):
        verified.v2.send_email(Content={"Raw": {"Data": raw + b"x"}})


def test_a_request_of_many_megabytes_is_read(verified):
    raw = b"From: x@agency.com\nTo: amy@client.com\n\n" + (b"x" * 75 + b"\n") * 100_000

    assert verified.v2.send_email(Content={"Raw": {"Data": raw}})["MessageId"]


def test_a_mail_with_a_virus_is_accepted_but_not_delivered(verified):
    eicar = base64.b64decode(
        "WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo="
    )
    message = EmailMessage()
    message["From"], message["To"] = "x@agency.com", "amy@client.com"
    message.set_content("see attachment")
    message.add_attachment(eicar, maintype="application", subtype="octet-stream", filename="a.com")

    assert verified.v2.send_email(Content={"Raw": {"Data": message.as_bytes()}})["MessageId"]
    assert verified.mailbox.as_json() == []
