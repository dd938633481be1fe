"""A mail as bytes (RFC 5322, RFC 2045), by the standard library's e-mail package."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from letterhead.mail.message import OutgoingMail


def to_mime(mail: OutgoingMail, now: datetime) -> bytes:
    """The message, text and HTML as alternatives.

    `Auto-Submitted` (RFC 3834 section 5) keeps out-of-office answers away. The Message-ID is the provider's to set. Raises
    ValueError for a header with a line break in it.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(mail.from_name, addr_spec=mail.from_address)
    message["To"] = Address(addr_spec=mail.to_address)
    message["Subject"] = mail.content.subject
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.content.text, cte="quoted-printable")
    message.add_alternative(mail.content.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()
