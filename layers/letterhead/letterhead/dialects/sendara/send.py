"""Sendara's sending calls: requests into drafts, what became of them into answers (contracts B.3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from letterhead import identifiers
from letterhead.dialects import message_fields as read
from letterhead.dialects.fields import Fields
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds
from letterhead.messages.draft import Draft, Mailbox, MessageType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from letterhead.identities.addresses import AddressRules
    from letterhead.messages.message import Message

PREFIX = "msg"
MOST_IN_BATCH = 100
_CREATED = 201


def read_send(body: Mapping[str, object], rules: AddressRules) -> Draft:
    """The draft that `POST /v1/send` asks for; raises `InvalidFieldsError` with every field that can't be read."""
    fields = Fields(body)
    channel = fields.text("channel")
    if channel not in (None, "email"):
        fields.wrong("channel", "Only the channel email is offered here.")
    destination = fields.mapping("destination") or {}
    payload = fields.mapping("payload") or {}
    metadata = fields.mapping("metadata") or {}
    to = read.address(fields, "destination.email", destination.get("email"), rules)
    sender = metadata.get("from_email") or body.get("from_email")
    inner = Fields(payload)
    draft = Draft(
        sender=None if sender is None else read.named_address(fields, "metadata.from_email", sender, rules),
        to=() if to is None else (Mailbox(to),),
        reply_to=(
            None
            if metadata.get("reply_to") is None
            else read.named_address(fields, "metadata.reply_to", metadata["reply_to"], rules)
        ),
        subject=inner.text("subject") or "",
        text=_body(inner, "body_text"),
        html=_body(inner, "body_html"),
        template_id=fields.text("template_id", longest=64),
        variables=fields.mapping("template_vars") or {},
        message_type=_message_type(fields),
        send_at=read.rfc3339_moment(fields, "scheduled_at", body.get("scheduled_at")),
        test_send=fields.flag("test_send") or False,
        wait=fields.flag("wait") is not False,
        metadata={name: value for name, value in metadata.items() if name not in ("from_email", "reply_to")},
    )
    inner.finish()
    fields.finish()
    return draft


def accepted(message: Message, body: Mapping[str, object], headers: Mapping[str, str]) -> Reply:
    """201. The key in the body goes before the header's."""
    return Reply(_CREATED, queued_body(message, _key(body) or headers.get("idempotency-key")))


def read_batch(bodies: Sequence[object]) -> list[Mapping[str, object]]:
    """The mails of `POST /v1/send/batch`; raises `InvalidFieldsError` unless they are 1 to 100 objects."""
    found: list[Mapping[str, object]] = [body for body in bodies if isinstance(body, dict)]
    if not 1 <= len(found) == len(bodies) <= MOST_IN_BATCH:
        raise InvalidFieldsError({"body": (f"must be an array of 1 to {MOST_IN_BATCH} objects",)})
    return found


def batch_entry(alone: Reply) -> dict[str, object]:
    """What became of one, from the answer that it would have got alone."""
    body = json.loads(alone.body) if isinstance(alone.body, str) else alone.body
    if alone.status == _CREATED:
        return {"success": True, "response": body}
    return {"success": False, **cast("Mapping[str, object]", body)}


def batch_answered(results: Sequence[Mapping[str, object]]) -> Reply:
    """200 with what became of each, in order."""
    return Reply(200, list(results))


def queued_body(message: Message, idempotency_key: str | None) -> dict[str, object]:
    """A message that has been taken."""
    return {
        "id": identifiers.to_prefixed(PREFIX, message.message_id),
        "status": "queued",
        "channel": "email",
        "idempotency_key": idempotency_key,
        "created_at": in_seconds(message.created_at),
    }


def _key(body: Mapping[str, object]) -> str | None:
    key = body.get("idempotency_key")
    return key if isinstance(key, str) and key else None


def _body(fields: Fields, name: str) -> str | None:
    return None if fields.text(name) is None else cast("str", fields.raw(name))


def _message_type(fields: Fields) -> MessageType:
    value = fields.text("message_type")
    try:
        return MessageType(value or MessageType.TRANSACTIONAL)
    except ValueError:
        fields.wrong("message_type", "The selected message type is invalid.")
        return MessageType.TRANSACTIONAL
