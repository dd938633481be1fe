"""A draft as compressed JSON, for stores; whole, or without what makes mails large."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from letterhead.identities.addresses import EmailAddress
from letterhead.messages.draft import Attachment, Draft, Mailbox, MessageType, UploadedFile

if TYPE_CHECKING:
    from collections.abc import Mapping


def head_of(draft: Draft) -> Draft:
    """The draft without its text, HTML, files and what filled its template."""
    return replace(draft, text=None, html=None, attachments=(), variables={}, personalization={})


def to_bytes(draft: Draft) -> bytes:
    """The draft; what is empty or as always takes no room."""
    whole = {
        "from": draft.sender and _box(draft.sender),
        "to": [_box(box) for box in draft.to],
        "cc": [_box(box) for box in draft.cc],
        "bcc": [_box(box) for box in draft.bcc],
        "reply_to": draft.reply_to and _box(draft.reply_to),
        "subject": draft.subject,
        "text": draft.text,
        "html": draft.html,
        "files": [_file(each) for each in draft.attachments],
        "template": draft.template_id,
        "tags": list(draft.tags),
        "headers": [list(header) for header in draft.headers],
        "in_reply_to": draft.in_reply_to,
        "references": list(draft.references),
        "unsubscribe": draft.list_unsubscribe,
        "bulk": draft.bulk,
        "type": None if draft.message_type is MessageType.TRANSACTIONAL else draft.message_type.value,
        "opens": draft.track_opens,
        "clicks": draft.track_clicks,
        "send_at": draft.send_at and draft.send_at.timestamp(),
        "test_send": draft.test_send,
        "no_wait": not draft.wait,
        "metadata": dict(draft.metadata),
        "external_id": draft.external_id,
    }
    kept = {name: value for name, value in whole.items() if value}
    return zlib.compress(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode())


def from_bytes(data: bytes) -> Draft:
    """The draft that `to_bytes` made these of."""
    kept: Mapping[str, Any] = json.loads(zlib.decompress(data))
    send_at = kept.get("send_at")
    return Draft(
        sender=_mailbox(kept["from"]) if "from" in kept else None,
        to=_mailboxes(kept, "to"),
        cc=_mailboxes(kept, "cc"),
        bcc=_mailboxes(kept, "bcc"),
        reply_to=_mailbox(kept["reply_to"]) if "reply_to" in kept else None,
        subject=kept.get("subject", ""),
        text=kept.get("text"),
        html=kept.get("html"),
        attachments=tuple(_attachment(each) for each in kept.get("files", ())),
        template_id=kept.get("template"),
        tags=tuple(kept.get("tags", ())),
        headers=tuple((name, value) for name, value in kept.get("headers", ())),
        in_reply_to=kept.get("in_reply_to"),
        references=tuple(kept.get("references", ())),
        list_unsubscribe=kept.get("unsubscribe"),
        bulk=True if kept.get("bulk") else None,
        message_type=MessageType(kept.get("type", MessageType.TRANSACTIONAL)),
        track_opens=bool(kept.get("opens")),
        track_clicks=bool(kept.get("clicks")),
        send_at=None if send_at is None else datetime.fromtimestamp(send_at, UTC),
        test_send=bool(kept.get("test_send")),
        wait=not kept.get("no_wait"),
        metadata=kept.get("metadata", {}),
        external_id=kept.get("external_id"),
    )


def _box(box: Mailbox) -> list[str]:
    address = box.address
    shown = [] if address.shown_domain == address.domain else [address.shown_domain]
    return [address.local, address.domain, box.name, *shown]


def _mailbox(kept: list[str]) -> Mailbox:
    local, domain, name, *shown = kept
    return Mailbox(EmailAddress(local, domain, shown[0] if shown else domain), name)


def _mailboxes(kept: Mapping[str, Any], name: str) -> tuple[Mailbox, ...]:
    return tuple(_mailbox(each) for each in kept.get(name, ()))


def _file(file: Attachment) -> list[Any]:
    upload = file.upload
    content = b64encode(file.content).decode()
    kept = [file.filename, content, file.content_type, file.inline, file.content_id]
    return kept if upload is None else [*kept, upload.upload_id, upload.size, upload.mark]


def _attachment(kept: list[Any]) -> Attachment:
    filename, content, content_type, inline, content_id, *upload = kept
    uploaded = UploadedFile(*upload) if upload else None
    return Attachment(filename, b64decode(content), content_type, inline, content_id, uploaded)
