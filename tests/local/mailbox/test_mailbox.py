"""The mailbox: mails as data, with odd ones read as far as they can be."""

from __future__ import annotations

import json
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.mailbox import Mailbox


def only(raw, mail_from="bounce@mail.agency.com", recipients=("amy@client.com",)):
    mailbox = Mailbox()
    mailbox.add(raw, mail_from, list(recipients))
    (mail,) = mailbox.as_json()
    return mail


def a_mail():
    message = EmailMessage()
    message["From"] = "Bücherei <hello@agency.com>"
    message["To"] = "Amy <amy@client.com>, bob@client.com"
    message["Cc"] = "carl@client.com"
    message["Reply-To"] = "Support <support@agency.com>"
    message["Subject"] = "Größe bestätigen"
    message["List-Unsubscribe"] = "<https://agency.com/u/1>"
    message.set_content("Öffnen: https://agency.com/confirm/abc?x=1&y=2.\n(see https://agency.com/a_(b))\n")
    message.add_alternative(
        '<p>Hi <a href="https://agency.com/confirm/abc?x=1&amp;y=2">confirm</a> <a href="mailto:x@y.z">write</a></p>',
        subtype="html",
    )
    message.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="größe.pdf")
    return message


def test_a_mail_is_listed_with_all_that_is_in_it():
    raw = a_mail().as_bytes()

    mail = only(raw, "m@mail.agency.com", ["amy@client.com", "hidden@client.com"])

    assert mail.pop("id")
    assert mail.pop("headers")["List-Unsubscribe"] == "<https://agency.com/u/1>"
    assert mail == {
        "from": "Bücherei <hello@agency.com>",
        "to": ["Amy <amy@client.com>", "bob@client.com"],
        "cc": ["carl@client.com"],
        "reply_to": ["Support <support@agency.com>"],
        "subject": "Größe bestätigen",
        "text": "Öffnen: https://agency.com/confirm/abc?x=1&y=2.\n(see https://agency.com/a_(b))\n",
        "html": (
            '<p>Hi <a href="https://agency.com/confirm/abc?x=1&amp;y=2">confirm</a>'
            ' <a href="mailto:x@y.z">write</a></p>\n'
        ),
        "links": ["https://agency.com/confirm/abc?x=1&y=2", "https://agency.com/a_(b)"],
        "attachments": [
            {
                "filename": "größe.pdf",
                "content_type": "application/pdf",
                "size": 6,
                "disposition": "attachment",
            }
        ],
        "envelope": {"mail_from": "m@mail.agency.com", "recipients": ["amy@client.com", "hidden@client.com"]},
        "raw": raw.decode(),
    }


def test_the_newest_mail_comes_first_and_ids_are_never_used_again():
    mailbox = Mailbox()
    first = mailbox.add(b"Subject: one\n\n", "a@a.com", ["b@b.com"])
    second = mailbox.add(b"Subject: two\n\n", "a@a.com", ["b@b.com"])
    assert [mail["id"] for mail in mailbox.as_json()] == [second, first]

    mailbox.clear()
    third = mailbox.add(b"Subject: three\n\n", "a@a.com", ["b@b.com"])

    assert [mail["id"] for mail in mailbox.as_json()] == [third]
    assert len({first, second, third}) == 3


def test_the_oldest_mails_give_way():
    mailbox = Mailbox(limit=2)
    for number in range(3):
        mailbox.add(f"Subject: {number}\n\n".encode(), "a@a.com", ["b@b.com"])

    assert [mail["subject"] for mail in mailbox.as_json()] == ["2", "1"]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("go to https://a.com/x.", ["https://a.com/x"]),
        ("<https://a.com/x>", ["https://a.com/x"]),
        ("(https://a.com/x) https://a.com/x", ["https://a.com/x"]),
        ("https://a.com/?a=%20b&c=d#e, then", ["https://a.com/?a=%20b&c=d#e"]),
        ("HTTP://A.com/x", ["HTTP://A.com/x"]),
        ("ftp://a.com javascript:alert(1) a.com/x", []),
    ],
)
def test_links_are_found_in_running_text(text, links):
    assert only(f"Content-Type: text/plain\n\n{text}\n".encode())["links"] == links


def test_links_of_the_html_are_web_addresses_only():
    html = '<a href="javascript:alert(1)">x</a><a href=" https://a.com/1 ">y</a><img src="https://a.com/pixel.gif">'

    assert only(f"Content-Type: text/html\n\n{html}".encode())["links"] == ["https://a.com/1"]


def test_an_inline_picture_and_a_forwarded_mail_are_attachments():
    message = EmailMessage()
    message.set_content("text")
    message.add_alternative('<img src="cid:logo">', subtype="html")
    html = message.get_payload()[1]
    html.add_related(
        b"PNG", maintype="image", subtype="png", cid="<logo>", disposition="inline", filename="logo.png"
    )
    forwarded = EmailMessage()
    forwarded["Subject"] = "inner"
    forwarded.set_content("inner text")
    message.add_attachment(forwarded)

    mail = only(message.as_bytes())

    assert mail["html"].startswith("<img")
    assert [(one["content_type"], one["disposition"]) for one in mail["attachments"]] == [
        ("image/png", "inline"),
        ("message/rfc822", "attachment"),
    ]


def test_a_header_that_comes_twice_keeps_both_values():
    mail = only(b"Received: one\nSubject: s\nreceived: two\n\n")

    assert mail["headers"] == {"Received": "one\ntwo", "Subject": "s"}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"just text", "just text"),
        (b"Subject: x\n\nno type", "no type"),
        (b"Content-Type: text/plain; charset=no-such\n\n\xfftext", "ÿtext"),
        (b"Content-Type: text/plain; charset=utf-8\n\nbad \xff", "bad \N{REPLACEMENT CHARACTER}"),
        (b"Content-Type: multipart/mixed\n\nno boundary", ""),
        (b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGk=!!", "Hi"),
    ],
)
def test_an_odd_mail_is_read_as_far_as_it_can_be(raw, text):
    assert only(raw)["text"].rstrip("\n") == text


ODD_HEADERS = st.sampled_from(
    [
        b"From: =?utf-8?q?=ff=fe?= <a@b.c>",
        b"To: undisclosed-recipients:;",
        b"To: ,,, <>, @, a@",
        b"Cc: \xff\xfe",
        b"Reply-To: [invalid",
        b"Subject: =?no-such?x?y?=",
        b"Content-Type: ;;;=",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: multipart/alternative; boundary=b",
        b"Content-Type: message/rfc822",
        b'Content-Type: text/html; charset="',
        b"Content-Disposition: attachment; filename*=utf-8''%ff",
        b'Content-Disposition: x; filename="\\',
        b"Content-Transfer-Encoding: uuencode",
        b"Date: never",
        b"Message-ID: <",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ODD_HEADERS | st.binary(max_size=30), max_size=5), st.binary(max_size=60), st.booleans())
def test_no_mail_breaks_the_mailbox(headers, body, parts):
    part = b"--b\n" + b"\n".join(headers[1:]) + b"\n\n" + body + b"\n--b--\n"
    raw = b"\n".join(headers) + b"\n\n" + (part if parts else body)
    mailbox = Mailbox()
    mailbox.add(raw, "a@a.com", ["b@b.com"])

    json.dumps(mailbox.as_json())
    mailbox.page().encode("utf-8")
