from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import parseaddr

import pytest

from letterhead.mail.message import MailContent, OutgoingMail
from letterhead.mail.mime import to_mime

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)


def mail(**changes):
    facts = {
        "from_name": "Web Agency",
        "from_address": "no-reply@web-agency.com",
        "to_address": "amy@bookshelf.com",
        "content": MailContent("Please confirm", "Hello,\nAmy\n", "<p>Hello</p>\n"),
    }
    return OutgoingMail(**(facts | changes))


def parsed(one):
    return message_from_bytes(to_mime(one, NOW), policy=default)


def test_the_headers_are_those_of_one_mail_to_one_person():
    message = parsed(mail())
    assert dict(message.items()) | {"Content-Type": ""} == {
        "From": "Web Agency <no-reply@web-agency.com>",
        "To": "amy@bookshelf.com",
        "Subject": "Please confirm",
        "Date": "Sun, 14 Jun 2026 09:00:00 +0000",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }


def test_text_comes_before_html_so_that_programs_prefer_html():
    message = parsed(mail())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content() == "Hello,\r\nAmy\r\n"
    assert message.get_body(("html",)).get_content() == "<p>Hello</p>\r\n"


@pytest.mark.parametrize(
    "name", ["Büro 書店", 'Amy "Books", Ltd.', "a" * 191, "", "=?utf-8?q?x?=", "🦊" * 100]
)
def test_any_name_and_subject_survive_encoding(name):
    raw = to_mime(mail(from_name=name, content=MailContent(f"May {name} send?", "t\n", "h\n")), NOW)
    message = message_from_bytes(raw)
    encoded, address = parseaddr(message["From"])
    assert str(make_header(decode_header(encoded))) == name
    assert address == "no-reply@web-agency.com"
    assert str(make_header(decode_header(message["Subject"]))) == f"May {name} send?"


def test_the_bytes_are_seven_bit_with_crlf_and_lines_that_smtp_takes():
    raw = to_mime(mail(content=MailContent("ü" * 300, "é" * 3000, "<p>" + "é" * 3000)), NOW)
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert not any(b"\n" in line for line in lines)
    assert max(len(line) for line in lines) <= 998


@pytest.mark.parametrize("field", ["from_name", "to_address", "from_address"])
def test_a_line_break_in_a_header_is_refused(field):
    with pytest.raises(ValueError, match=r".+"):
        to_mime(mail(**{field: "x@y.com\r\nBcc: all@z.com"}), NOW)


def test_a_line_break_in_the_subject_is_refused():
    with pytest.raises(ValueError, match=r".+"):
        to_mime(mail(content=MailContent("a\r\nBcc: all@z.com", "t", "h")), NOW)
