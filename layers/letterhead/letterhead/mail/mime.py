"""A mail as bytes (RFC 5322, RFC 2045, RFC 2047), by the standard library's e-mail package."""

from __future__ import annotations

from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.mail.message import OutgoingMail

_LINE_END = "\r\n"
_LONGEST_LINE = 900  # octets; RFC 5322 section 2.1.1 allows 998


def to_mime(mail: OutgoingMail, now: datetime) -> bytes:
    """The message, text and HTML as alternatives.

    `Auto-Submitted` (RFC 3834 section 5) keeps out-of-office answers away. The Message-ID is the provider's to set. Raises
    ValueError for a header with a line break in it.
    """
    headers = {
        "From": mailbox_header("From", mail.from_name, mail.from_address),
        "To": mail.to_address,
        "Subject": text_header("Subject", mail.content.subject),
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
    }
    for value in (mail.from_name, mail.from_address, mail.to_address, mail.content.subject):
        if not set(value).isdisjoint("\r\n\0"):
            raise ValueError("a header can't have a line break")
    head = "".join(f"{name}: {value}{_LINE_END}" for name, value in headers.items())
    body = EmailMessage(policy=SMTP)
    body.set_content(mail.content.text, cte="quoted-printable")
    body.add_alternative(mail.content.html, subtype="html", cte="quoted-printable")
    return head.encode("ascii") + body.as_bytes()


def mailbox_header(header: str, name: str, address: str) -> str:
    """A name and an address as a header carries them (RFC 5322 section 3.4), the name encoded where it has to be."""
    if not name:
        return address
    words = f'"{quote(name)}"' if _is_plain(name) else text_header(header, name)
    return f"{words} <{address}>"


def text_header(header: str, text: str) -> str:
    """A text as a header carries it, encoded (RFC 2047) and folded where it has to be."""
    # email.policy's own encoding passes text that looks like an encoded word through, and readers decode it to something else.
    fits = len(header) + len(text) < _LONGEST_LINE
    return (
        text
        if fits and _is_plain(text)
        else Header(text, "utf-8", header_name=header).encode(linesep=_LINE_END)
    )


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and "=?" not in text
