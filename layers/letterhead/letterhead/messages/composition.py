"""A message as bytes (RFC 5322, RFC 2045, RFC 2183, RFC 2392), by the standard library's e-mail package."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from letterhead.mail.mime import mailbox_header, text_header
from letterhead.messages.draft import is_bare_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from letterhead.messages.draft import Attachment, Draft, Mailbox
    from letterhead.messages.message import Message

_LINE_END = "\r\n"
_LONGEST_LINE = 998
_LONGEST_TYPE = 127  # each half of a media type: RFC 6838 section 4.2
_BARE_ID = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_GENERIC = ("application", "octet-stream")


def compose(message: Message, now: datetime) -> bytes:
    """The mail that a message is: headers, the text and HTML as alternatives, inline files beside the HTML, the others after it.

    Blind copies don't stand in it. The Message-ID is the provider's to set.
    """
    head = "".join(_line(name, value) for name, value in _headers(message, now))
    return head.encode("ascii") + _body(message.draft).as_bytes(policy=SMTP)


def _line(name: str, value: str) -> str:
    """A header; one that would be longer than a line may be (RFC 5322 section 2.1.1) begins on its second line."""
    first, _, _ = value.partition(_LINE_END)
    gap = " " if len(name) + 2 + len(first) <= _LONGEST_LINE else f"{_LINE_END} "
    return f"{name}:{gap}{value}{_LINE_END}"


def _headers(message: Message, now: datetime) -> Iterator[tuple[str, str]]:
    draft = message.draft
    yield "From", mailbox_header("From", message.from_name, message.from_address)
    if message.reply_to is not None:
        yield "Reply-To", _mailboxes("Reply-To", (message.reply_to,))
    yield "To", _mailboxes("To", draft.to)
    if draft.cc:
        yield "Cc", _mailboxes("Cc", draft.cc)
    yield "Subject", text_header("Subject", draft.subject)
    yield "Date", format_datetime(now)
    if draft.in_reply_to:
        yield "In-Reply-To", _message_id(draft.in_reply_to)
    if draft.references:
        yield "References", f"{_LINE_END} ".join(map(_message_id, draft.references))
    if message.unsubscribable and not message.unsubscribe_url:
        raise ValueError("a mail that is to have a link to unsubscribe is written without one")
    own = draft.list_unsubscribe
    unsubscribe = f"<{own}>" if own and is_bare_address(own) else own
    unsubscribe = unsubscribe or (message.unsubscribe_url and f"<{message.unsubscribe_url}>")
    if unsubscribe:
        yield "List-Unsubscribe", unsubscribe
        if message.unsubscribe_url and not draft.list_unsubscribe:
            yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"  # RFC 8058 section 3.1
    if draft.bulk:
        yield "Precedence", "bulk"
    yield from draft.headers


def _message_id(text: str) -> str:
    """A message's id in the brackets that it is written with (RFC 5322 section 3.6.4); anything else as it is."""
    return f"<{text}>" if _BARE_ID.fullmatch(text) else text


def _mailboxes(header: str, boxes: Sequence[Mailbox]) -> str:
    # One to a line: fifty of them on one would be longer than a line may be.
    return f",{_LINE_END} ".join(mailbox_header(header, box.name, box.address.deliverable) for box in boxes)


def _body(draft: Draft) -> EmailMessage:
    body = EmailMessage(policy=SMTP)
    html_part = body
    if draft.text and draft.html:
        body.set_content(draft.text, cte="quoted-printable")
        body.add_alternative(draft.html, subtype="html", cte="quoted-printable")
        html_part = _last(body)
    elif draft.html:
        body.set_content(draft.html, subtype="html", cte="quoted-printable")
    else:
        body.set_content(draft.text or "", cte="quoted-printable")
    files = list(draft.attachments)
    if draft.html:
        for file in [each for each in files if each.inline and each.content_id]:
            main, sub = _media_type(file)
            html_part.add_related(
                file.content,
                main,
                sub,
                cid=f"<{file.content_id}>",
                filename=file.filename,
                disposition="inline",
            )
            files.remove(file)
    for file in files:
        main, sub = _media_type(file)
        body.add_attachment(file.content, main, sub, filename=file.filename)
    return body


def _last(body: EmailMessage) -> EmailMessage:
    part = list(body.iter_parts())[-1]
    assert isinstance(part, EmailMessage)  # noqa: S101 -- what add_alternative has just made
    return part


def _media_type(file: Attachment) -> tuple[str, str]:
    """The two halves of a file's media type. Text and messages go as bytes too, so that no line of theirs is touched."""
    main, _, sub = file.content_type.partition(";")[0].strip().lower().partition("/")
    plain = (
        max(len(main), len(sub)) <= _LONGEST_TYPE
        and main.isascii()
        and sub.isascii()
        and main.isalnum()
        and sub.replace("-", "").replace(".", "").replace("+", "").isalnum()
    )
    return (main, sub) if plain and main not in {"multipart", "message"} else _GENERIC
