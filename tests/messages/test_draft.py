"""What no mail can be (contracts A.8; RFC 5322; SES API v2 reference), field by field."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.identities.addresses import EmailAddress
from letterhead.messages.draft import (
    LARGEST_ATTACHMENTS,
    Attachment,
    AttachmentsTooLargeError,
    DraftRefusedError,
    Mailbox,
    check,
    check_size,
)
from tests.fakes.message_world import NOW, draft, mailbox


def refused(**changes) -> dict[str, tuple[str, ...]]:
    with pytest.raises(DraftRefusedError) as refusal:
        check(draft(**changes), NOW)
    return refusal.value.fields


def people(count: int, prefix: str = "r") -> tuple[Mailbox, ...]:
    return tuple(mailbox(f"{prefix}{number}@reader.example") for number in range(count))


JOERG = Mailbox(EmailAddress("jörg", "reader.example", "reader.example"))
FAULTS = [
    pytest.param({"to": ()}, "to", id="nobody to write to"),
    pytest.param({"to": people(51)}, "to", id="51 recipients (SES: 50)"),
    pytest.param({"to": people(41), "cc": people(10, "c")}, "to", id="51 recipients with copies"),
    pytest.param({"cc": people(11)}, "cc", id="11 copies"),
    pytest.param({"bcc": people(11)}, "bcc", id="11 blind copies"),
    pytest.param({"cc": (mailbox("RITA@reader.example"),)}, "cc.0.email", id="one recipient twice, folded"),
    pytest.param(
        {"to": (mailbox("a@b.example", "A\r\nBcc: x@y.example"),)}, "to.0.name", id="line break in a name"
    ),
    pytest.param(
        {"sender": mailbox("a@b.example", "A\nB")}, "from.name", id="line break in the sender's name"
    ),
    pytest.param({"reply_to": mailbox("a@b.example", "A\0")}, "reply_to.name", id="NUL in a name"),
    pytest.param({"subject": ""}, "subject", id="no subject"),
    pytest.param({"subject": "x" * 999}, "subject", id="subject of 999 characters"),
    pytest.param({"subject": "a\r\nX-Evil: 1"}, "subject", id="line break in the subject"),
    pytest.param({"subject": "a\u2028b"}, "subject", id="Unicode line separator in the subject"),
    pytest.param({"subject": "\x1b[31m"}, "subject", id="a control character in the subject"),
    pytest.param({"sender": mailbox("a@b.example", "A\x7f")}, "from.name", id="one in the sender's name"),
    pytest.param({"text": None}, "text", id="nothing to say"),
    pytest.param({"text": "", "html": ""}, "text", id="empty bodies"),
    pytest.param({"text": "x" * (2 * 1024 * 1024 + 1)}, "text", id="text over 2 MB"),
    pytest.param({"html": "ü" * (1024 * 1024 + 1)}, "html", id="HTML over 2 MB in octets"),
    pytest.param({"text": "a\ud800"}, "text", id="half a surrogate pair in the text"),
    pytest.param({"html": "a\udfff"}, "html", id="half a surrogate pair in the HTML"),
    pytest.param({"to": (mailbox("a@b.example", "\ud800"),)}, "to.0.name", id="half a pair in a name"),
    pytest.param(
        {"attachments": (Attachment("\ud800", b"x", "text/plain"),)},
        "attachments.0.filename",
        id="half a pair in a file's name",
    ),
    pytest.param({"metadata": {"order": ["\ud800"]}}, "metadata", id="half a pair in the metadata"),
    pytest.param({"metadata": {"order": "x" * 16 * 1024}}, "metadata", id="metadata over 16 KB"),
    pytest.param({"external_id": "\ud800"}, "external_id", id="half a pair in the external id"),
    pytest.param({"text": "a\0b"}, "text", id="NUL in the text"),
    pytest.param({"tags": ("a",) * 6}, "tags", id="six tags"),
    pytest.param({"tags": ("",)}, "tags.0", id="an empty tag"),
    pytest.param({"headers": (("Bad Name", "x"),)}, "headers.0.name", id="a header's name with a space"),
    pytest.param({"headers": (("X-A", "x\r\nY: z"),)}, "headers.0.value", id="line break in a header"),
    pytest.param({"headers": (("X-A", "x" * 996),)}, "headers.0.value", id="a header of 996 characters"),
    pytest.param({"headers": (("X-A", "ü"),)}, "headers.0.value", id="a header beyond ASCII"),
    pytest.param({"headers": (("X-A", "1"),) * 16}, "headers", id="16 headers (SES: 15)"),
    pytest.param({"in_reply_to": "<a@b>\r\nX: y"}, "in_reply_to", id="line break in In-Reply-To"),
    pytest.param({"references": ("<a@b>\n",)}, "references.0", id="line break in References"),
    pytest.param({"references": ("",)}, "references.0", id="an empty reference"),
    pytest.param({"references": ("<a@b>", "  ")}, "references.1", id="a reference of spaces"),
    pytest.param({"headers": (("X-A", " " * 995),)}, "headers.0.value", id="a header of spaces"),
    pytest.param(
        {"list_unsubscribe": "<https://x>\r\n"}, "list_unsubscribe", id="line break in List-Unsubscribe"
    ),
    *(
        pytest.param({"list_unsubscribe": value}, "list_unsubscribe", id=f"{value} in List-Unsubscribe")
        for value in (
            "x",
            "<javascript:alert(1)>",
            "<https://x.example",
            "<https://x.example/a b>",
            "<https://x.example>, me",
            "https://x.example, mailto:a@b.example",
            "<mailto:>",
        )
    ),
    pytest.param({"send_at": NOW}, "send_at", id="a moment that is past"),
    pytest.param({"send_at": NOW + timedelta(hours=72, seconds=1)}, "send_at", id="more than 72 hours ahead"),
    pytest.param(
        {"attachments": (Attachment("", b"x", "text/plain"),)}, "attachments.0.filename", id="no file name"
    ),
    pytest.param(
        {"attachments": (Attachment("a\r\nb", b"x", "text/plain"),)},
        "attachments.0.filename",
        id="line break in it",
    ),
    pytest.param(
        {"attachments": (Attachment("a\x01", b"x", "text/plain"),)},
        "attachments.0.filename",
        id="a control character in it",
    ),
    *(
        pytest.param(
            {"attachments": (Attachment("a", b"x", "image/png", inline=True, content_id=value),)},
            "attachments.0.id",
            id=f"{value} as the id of an inline file",
        )
        for value in ("<logo>", "a>b", "a\r\nX: y", "lögo")
    ),
    pytest.param(
        {"to": (JOERG,)},
        "to.0.email",
        id="a local part beyond ASCII, which SES can't reach",
    ),
    pytest.param({"sender": JOERG}, "from.email", id="one in the sender's address"),
    pytest.param({"reply_to": JOERG}, "reply_to.email", id="one in the address for answers"),
]


@pytest.mark.parametrize(("changes", "field"), FAULTS)
def test_the_field_that_no_mail_can_have_is_named(changes, field):
    assert field in refused(**changes)


@pytest.mark.parametrize(
    "name",
    [
        "From", "TO", "Cc", "bcc", "Subject", "Date", "Sender", "Reply-To", "Return-Path", "Message-ID", "Received",
        "DKIM-Signature", "DomainKey-Signature", "X-Google-DKIM-Signature", "Apparently-To",
        "Content-Type", "content-transfer-encoding", "MIME-Version", "X-SES-CONFIGURATION-SET",
        "x-ses-message-tags", "X-SES-TENANT", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Precedence",
        "Auto-Submitted", "Resent-From", "ARC-Seal", "Feedback-ID",
    ],
)  # fmt: skip
def test_headers_that_are_ours_to_set_cannot_be_set(name):
    assert "can't be set" in refused(headers=((name, "x"),))["headers.0.name"][0]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"to": people(40), "cc": people(10, "c")},
        {"text": None, "html": "<p>Hello</p>"},
        {"text": None, "subject": "", "template_id": "0template0templa"},
        {"subject": "x" * 998},
        {"headers": (("X-Campaign", "spring"),) * 15},
        {"send_at": NOW + timedelta(hours=72)},
        {"tags": ("a", "b", "c", "d", "e")},
        {"subject": "a\tb"},
        {"list_unsubscribe": "https://x.example/u?a=b,c"},
        {"list_unsubscribe": "mailto:out@x.example?subject=out"},
        {"list_unsubscribe": "<mailto:out@x.example>, <https://x.example/u>,<HTTPS://x.example/v>"},
    ],
)
def test_what_a_mail_can_be_is_let_through(changes):
    check(draft(**changes), NOW)


def test_every_field_that_is_wrong_is_named_at_once():
    assert set(refused(subject="", text=None, to=())) == {"subject", "text", "to"}


def test_files_have_four_megabytes_together():
    half = Attachment("a.bin", b"x" * (LARGEST_ATTACHMENTS // 2), "application/octet-stream")
    check_size([half, half])
    with pytest.raises(AttachmentsTooLargeError):
        check_size([half, half, Attachment("b", b"x", "text/plain")])
