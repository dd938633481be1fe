"""What a caller asks to have sent, and which of it can't be."""

from __future__ import annotations

import json
import re
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from letterhead.identities.addresses import EmailAddress

MOST_RECIPIENTS = 50  # of one mail, all kinds together: SES API v2 reference, Destination
MOST_COPIES = 10  # contracts A.8: cc and bcc each
MOST_TAGS = 5  # contracts A.8
MOST_HEADERS = 15  # SES API v2 reference, Message: headers beyond SES's own
LONGEST_SUBJECT = 998  # contracts A.8; RFC 5322 section 2.1.1
LARGEST_METADATA = 16 * 1024  # stays with the message, whose item may have 400 KB
LONGEST_HEADER = 995  # SES API v2 reference, MessageHeader
LONGEST_TAG = 191
LARGEST_BODY = 2 * 1024 * 1024  # octets of text or HTML; contracts A.8
LARGEST_ATTACHMENTS = 4 * 1024 * 1024  # octets in all, as files
MOST_ATTACHMENTS = 50
FARTHEST = timedelta(hours=72)  # contracts A.8, send_at

# RFC 5322 section 3.6.8: a header's name.
_HEADER_NAME = re.compile(r"[!-9;-~]{1,76}")
# What says who the mail is from, whom it is for, what it consists of, who signed it, or how it was handled is ours to set.
_OURS = frozenset(
    {
        "apparently-to", "arc-authentication-results", "arc-message-signature", "arc-seal", "authentication-results",
        "auto-submitted", "bcc", "cc", "date", "delivered-to", "disposition-notification-to", "dkim-signature",
        "domainkey-signature", "errors-to", "feedback-id", "from", "in-reply-to", "list-help", "list-id",
        "list-owner", "list-post", "list-subscribe", "list-unsubscribe", "list-unsubscribe-post", "message-id",
        "mime-version", "precedence", "received", "received-spf", "references", "reply-to", "resent-bcc", "resent-cc",
        "resent-date", "resent-from", "resent-message-id", "resent-sender", "resent-to", "return-path",
        "return-receipt-to", "sender", "subject", "to", "x-google-dkim-signature", "x-letterhead-message",
    }
)  # fmt: skip
_OUR_PREFIXES = ("content-", "x-ses-", "arc-", "resent-", "list-")
_BREAKS = frozenset("\r\n\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_BRACKETS = frozenset("<>")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")  # but for the tab
# RFC 2369 section 2: addresses in angle brackets; one alone may come without them.
_AT = r"(?:https?://|mailto:)[^\s<>]+"
_UNSUBSCRIBE_BARE = re.compile(_AT, re.IGNORECASE)
_UNSUBSCRIBE = re.compile(rf"<{_AT}>(?:\s*,\s*<{_AT}>)*", re.IGNORECASE)


class MessageType(StrEnum):
    """Whether somebody waits for the mail or it is sent to many who may say no to the next."""

    TRANSACTIONAL = "transactional"
    MARKETING = "marketing"


@value_type
class Mailbox:
    """An address and the name beside it."""

    address: EmailAddress
    name: str = ""


@value_type
class UploadedFile:
    """A file that was uploaded before its mail: its size in octets, and the mark by which it is told from another one there.
    Of one that has yet to be looked up only the id is known."""

    upload_id: str
    size: int = 0
    mark: str = ""


@value_type
class Attachment:
    """A file. `content_id` is what the HTML calls an inline one by (RFC 2392). One with an `upload` has its content there; one
    with a `url` has yet to be fetched from there, and without a `content_type` has the one that it is answered with."""

    filename: str
    content: bytes
    content_type: str
    inline: bool = False
    content_id: str | None = None
    upload: UploadedFile | None = None
    url: str | None = None


@value_type
class Draft:
    """What is to be sent.

    `sender` None means the shared sender. `variables` fill a template, those of `personalization` (by folded address) go before
    them. `bulk` None leaves it to the domain whether the mail says that it is sent in bulk. `wait` False means: refuse what can't
    leave today.
    """

    sender: Mailbox | None
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    reply_to: Mailbox | None = None
    subject: str = ""
    text: str | None = None
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    template_id: str | None = None
    variables: Mapping[str, object] = field(default_factory=dict)
    personalization: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    list_unsubscribe: str | None = None
    bulk: bool | None = None
    message_type: MessageType = MessageType.TRANSACTIONAL
    track_opens: bool = False
    track_clicks: bool = False
    send_at: datetime | None = None
    test_send: bool = False
    wait: bool = True
    metadata: Mapping[str, object] = field(default_factory=dict)
    external_id: str | None = None

    @property
    def recipients(self) -> tuple[Mailbox, ...]:
        """All to whom it goes."""
        return self.to + self.cc + self.bcc


def names_twice(draft: Draft) -> bool:
    """Whether some address is among the recipients more than once, in To, Cc or Bcc."""
    recipients = draft.recipients
    return len({box.address.key for box in recipients}) < len(recipients)


def named_once(draft: Draft) -> Draft:
    """The draft with each recipient where they are named first: To before Cc before Bcc."""
    seen: set[str] = set()

    def new(boxes: tuple[Mailbox, ...]) -> tuple[Mailbox, ...]:
        kept = {}
        for box in boxes:
            if box.address.key not in seen:
                kept[box.address.key] = box
                seen.add(box.address.key)
        return tuple(kept.values())

    return replace(draft, to=new(draft.to), cc=new(draft.cc), bcc=new(draft.bcc))


class DraftRefusedError(Exception):
    """The draft can't be sent as it is; maps each field (`to.3`, `headers.0.name`) to what is wrong with it."""

    def __init__(self, fields: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(", ".join(fields))
        self.fields = dict(fields)


def check(draft: Draft, now: datetime) -> None:
    """Raise `DraftRefusedError` for what no mail can be: too many or repeated recipients, nothing to say, headers with line
    breaks or of a kind that is ours to set, files beyond the limit, a moment that is past or too far.

    A draft with a template is checked again when the template has been filled in.
    """
    wrong: dict[str, list[str]] = {}
    for name, sentence in _faults(draft, now):
        wrong.setdefault(name, []).append(sentence)
    if wrong:
        raise DraftRefusedError({name: tuple(sentences) for name, sentences in wrong.items()})


def _faults(draft: Draft, now: datetime) -> Iterator[tuple[str, str]]:
    return chain(
        _recipient_faults(draft),
        _content_faults(draft),
        _header_faults(draft),
        _attachment_faults(draft.attachments),
        _time_faults(draft.send_at, now),
    )


def _recipient_faults(draft: Draft) -> Iterator[tuple[str, str]]:
    if not draft.to:
        yield "to", "The to field is required."
    if len(draft.recipients) > MOST_RECIPIENTS:
        yield "to", f"A mail may have at most {MOST_RECIPIENTS} recipients, cc and bcc included."
    seen: set[str] = set()
    for kind in ("to", "cc", "bcc"):
        boxes: tuple[Mailbox, ...] = getattr(draft, kind)
        if kind != "to" and len(boxes) > MOST_COPIES:
            yield kind, f"The {kind} may not have more than {MOST_COPIES} items."
        for position, box in enumerate(boxes):
            where = f"{kind}.{position}.email"
            if box.address.key in seen:
                yield where, f"The {where} is named twice."
            seen.add(box.address.key)
            yield from _mailbox_faults(f"{kind}.{position}", box)


def _mailbox_faults(where: str, box: Mailbox) -> Iterator[tuple[str, str]]:
    if box.address.needs_smtputf8:
        yield (
            f"{where}.email",
            f"The {where}.email may have only ASCII characters before the @: SES takes no others.",
        )
    yield from _line_faults(f"{where}.name", box.name)


def _content_faults(draft: Draft) -> Iterator[tuple[str, str]]:
    if draft.template_id is None:
        if not draft.subject.strip():
            yield "subject", "The subject field is required."
        if not draft.text and not draft.html:
            yield "text", "The text field is required when neither html nor template_id is present."
    if len(draft.subject) > LONGEST_SUBJECT:
        yield "subject", f"The subject may not be greater than {LONGEST_SUBJECT} characters."
    for name in ("text", "html"):
        body: str | None = getattr(draft, name)
        if body is None:
            continue
        if "\0" in body or not _is_text(body):
            yield name, f"The {name} contains characters that can't be used."
        elif len(body.encode()) > LARGEST_BODY:
            yield name, f"The {name} may not be greater than {LARGEST_BODY // 1024 // 1024} MB."
    if len(json.dumps(dict(draft.metadata))) > LARGEST_METADATA:
        yield "metadata", f"The metadata may have at most {LARGEST_METADATA // 1024} KB."
    for name, words in (("metadata", draft.metadata), ("external_id", draft.external_id)):
        if not _is_text(json.dumps(words, ensure_ascii=False)):
            yield name, f"The {name} contains characters that can't be used."
    yield from _line_faults("subject", draft.subject)


def _header_faults(draft: Draft) -> Iterator[tuple[str, str]]:
    if draft.sender is not None:
        yield from _mailbox_faults("from", draft.sender)
    if draft.reply_to is not None:
        yield from _mailbox_faults("reply_to", draft.reply_to)
    if len(draft.tags) > MOST_TAGS:
        yield "tags", f"The tags may not have more than {MOST_TAGS} items."
    for position, tag in enumerate(draft.tags):
        if not tag or len(tag) > LONGEST_TAG:
            yield f"tags.{position}", f"The tags.{position} must have 1 to {LONGEST_TAG} characters."
        yield from _line_faults(f"tags.{position}", tag)
    yield from _own_header_faults(draft.headers)
    if draft.in_reply_to is not None:
        yield from _printable_faults("in_reply_to", draft.in_reply_to)
    for position, reference in enumerate(draft.references):
        if not reference:
            yield f"references.{position}", f"The references.{position} may not be empty."
        yield from _printable_faults(f"references.{position}", reference)
    if draft.list_unsubscribe is not None:
        yield from _printable_faults("list_unsubscribe", draft.list_unsubscribe)
        if not _UNSUBSCRIBE.fullmatch(draft.list_unsubscribe) and not is_bare_address(draft.list_unsubscribe):
            yield (
                "list_unsubscribe",
                "The list_unsubscribe must be addresses (https: or mailto:) in angle brackets.",
            )


def is_bare_address(list_unsubscribe: str) -> bool:
    """Whether it is one address to unsubscribe at, without the brackets that the header has around each."""
    return _UNSUBSCRIBE_BARE.fullmatch(list_unsubscribe) is not None


def _own_header_faults(headers: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    if len(headers) > MOST_HEADERS:
        yield "headers", f"The headers may not have more than {MOST_HEADERS} items."
    for position, (name, value) in enumerate(headers):
        folded = name.lower()
        if _HEADER_NAME.fullmatch(name) is None:
            yield f"headers.{position}.name", f"The headers.{position}.name is not a header's name."
        elif folded in _OURS or folded.startswith(_OUR_PREFIXES):
            yield f"headers.{position}.name", f"The header {name} can't be set."
        yield from _printable_faults(f"headers.{position}.value", value)


def _attachment_faults(attachments: Sequence[Attachment]) -> Iterator[tuple[str, str]]:
    if len(attachments) > MOST_ATTACHMENTS:
        yield "attachments", f"The attachments may not have more than {MOST_ATTACHMENTS} items."
    for position, each in enumerate(attachments):
        if not each.filename:
            yield (
                f"attachments.{position}.filename",
                f"The attachments.{position}.filename field is required.",
            )
        yield from _line_faults(f"attachments.{position}.filename", each.filename)
        if each.content_id is not None:
            yield from _printable_faults(f"attachments.{position}.id", each.content_id)
            if not _BRACKETS.isdisjoint(each.content_id):
                where = f"attachments.{position}.id"
                yield where, f"The {where} may not have angle brackets: they are put around it."


def _time_faults(send_at: datetime | None, now: datetime) -> Iterator[tuple[str, str]]:
    if send_at is None:
        return
    if send_at <= now:
        yield "send_at", "The send at must be in the future."
    elif send_at - now > FARTHEST:
        yield "send_at", f"The send at may be at most {FARTHEST // timedelta(hours=1)} hours ahead."


def _line_faults(name: str, text: str) -> Iterator[tuple[str, str]]:
    if not _BREAKS.isdisjoint(text):
        yield name, f"The {name} may not contain line breaks."
    elif _CONTROLS.search(text):
        yield name, f"The {name} may not contain control characters."
    elif not _is_text(text):
        yield name, f"The {name} contains characters that can't be used."


def _is_text(text: str) -> bool:
    """Whether it can be written in UTF-8: half a surrogate pair, which JSON can hold, can't."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable_faults(name: str, text: str) -> Iterator[tuple[str, str]]:
    if not text.isascii() or not text.isprintable():
        yield name, f"The {name} may have printable ASCII characters only."
    elif text.isspace():
        # RFC 5322 section 3.2.2: folded, it would be a line of nothing but white space, at which some readers end the header.
        yield name, f"The {name} may not consist of spaces."
    elif len(text) > LONGEST_HEADER:
        yield name, f"The {name} may not be greater than {LONGEST_HEADER} characters."


class AttachmentsTooLargeError(Exception):
    """The files together are beyond what a request can carry."""


def check_size(attachments: Sequence[Attachment]) -> None:
    """Raise `AttachmentsTooLargeError` when the files have more than 4 MB together (the platform takes 6 MB, in base64)."""
    if sum(len(each.content) for each in attachments) > LARGEST_ATTACHMENTS:
        raise AttachmentsTooLargeError
