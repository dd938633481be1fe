"""The bytes of a mail as SES sends it: composed from Simple content, or the caller's raw mail with SES's headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email import headerregistry, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from local.ses.errors import bad_request

_OWN_HEADERS = frozenset(
    [
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "reply-to",
        "sender",
        "return-path",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "content-id",
    ]
)
_SET_BY_SES = (b"message-id", b"date", b"bcc", b"return-path")
_SES_PREFIX = b"x-ses-"
_address_header: Callable[[str, str], Any] = headerregistry.HeaderRegistry()
# The longest line of RFC 5322 §2.1.1: shorter ones make the library break long URLs in headers into encoded words.
_WIRE = policy.SMTP.clone(max_line_length=998)


def addresses_in(values: Sequence[str]) -> list[headerregistry.Address]:
    """The mailboxes of header values; SesError for what isn't one."""
    found: list[headerregistry.Address] = []
    for value in values:
        if "\r" in value or "\n" in value or "\0" in value:
            raise bad_request("Address contains control characters.")
        try:
            addresses = _address_header("To", value).addresses
        except (MessageError, ValueError, IndexError, AttributeError):
            raise bad_request(f"Illegal address: {value}") from None
        if not addresses or any(not address.username or not address.domain for address in addresses):
            raise bad_request(f"Missing final '@domain' in {value}")
        found += addresses
    return found


def compose(
    from_address: str,
    destination: Mapping[str, list[str]],
    reply_to: Sequence[str],
    simple: Mapping[str, Any],
) -> bytes:
    """The mail of Simple content: text, HTML, headers and attachments."""
    message = EmailMessage(policy=_WIRE)
    try:
        message["From"] = addresses_in([from_address])
        for name, key in (("To", "ToAddresses"), ("Cc", "CcAddresses")):
            if destination.get(key):
                message[name] = addresses_in(destination[key])
        if reply_to:
            message["Reply-To"] = addresses_in(reply_to)
        message["Subject"] = simple["Subject"]["Data"]
        for header in simple.get("Headers", []):
            if header["Name"].lower() in _OWN_HEADERS or header["Name"].lower().startswith("x-ses-"):
                raise bad_request(f"Header {header['Name']} can't be given as an additional header.")
            message[header["Name"]] = header["Value"]
        _set_bodies(message, simple["Body"])
        for attachment in simple.get("Attachments", []):
            _attach(message, attachment)
    except (MessageError, ValueError, LookupError) as error:
        raise bad_request(f"The message can't be composed: {error}") from None
    return message.as_bytes()


def with_ses_headers(raw: bytes, message_id: str, now: datetime) -> bytes:
    """The mail as SES passes it on: its own Message-ID and Date, no Bcc, Return-Path or X-SES headers; all else
    byte for byte."""
    head, gap, body = _split(raw)
    newline = b"\n" if gap == b"\n\n" else b"\r\n"
    kept = [
        line
        for field in _fields(head)
        if not (name := field[0].partition(b":")[0].strip().lower()).startswith(_SES_PREFIX)
        and name not in _SET_BY_SES
        for line in field
    ]
    own = [
        b"Message-ID: <" + message_id.encode("ascii") + b">",
        b"Date: " + format_datetime(now).encode("ascii"),
    ]
    return newline.join([*own, *kept]) + (gap or newline * 2) + body


def _set_bodies(message: EmailMessage, body: Mapping[str, Any]) -> None:
    text, html = body.get("Text"), body.get("Html")
    if text is None and html is None:
        raise bad_request("Body must have text or HTML.")
    if text is not None:
        message.set_content(text["Data"], charset=text.get("Charset") or "utf-8")
    if html is not None:
        charset = html.get("Charset") or "utf-8"
        if text is None:
            message.set_content(html["Data"], subtype="html", charset=charset)
        else:
            message.add_alternative(html["Data"], subtype="html", charset=charset)


def _attach(message: EmailMessage, attachment: Mapping[str, Any]) -> None:
    content_type = attachment.get("ContentType") or "application/octet-stream"
    maintype, _, subtype = content_type.partition(";")[0].strip().partition("/")
    if not subtype:
        raise bad_request(f"{content_type!r} is no content type.")
    content_id = attachment.get("ContentId")
    headers = []
    if attachment.get("ContentDescription"):
        headers.append(f"Content-Description: {attachment['ContentDescription']}")
    message.add_attachment(
        attachment["RawContent"],
        maintype=maintype,
        subtype=subtype,
        disposition=attachment.get("ContentDisposition", "ATTACHMENT").lower(),
        filename=attachment["FileName"],
        cid=f"<{content_id.strip('<>')}>" if content_id else None,
        headers=headers,
    )


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """Header block, blank line, body, whichever line ends are used."""
    gaps = [(position, gap) for gap in (b"\r\n\r\n", b"\n\n") if (position := raw.find(gap)) >= 0]
    if not gaps:
        return raw.rstrip(b"\r\n"), b"", b""
    position, gap = min(gaps)
    return raw[:position], gap, raw[position + len(gap) :]


def _fields(head: bytes) -> list[list[bytes]]:
    """The header fields, each with its continuation lines."""
    fields: list[list[bytes]] = []
    for line in head.splitlines():
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1].append(line)
        else:
            fields.append([line])
    return fields
