"""MailerSend's payloads, version 1 (fat) and version 2 (flat); contracts A.6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead import identifiers
from letterhead.dialects.mailersend.ids import message_id
from letterhead.dialects.times import in_microseconds
from letterhead.outbox.event import EventType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.webhooks.delivery import WebhookEvent
    from letterhead.webhooks.endpoint import Endpoint

_ACTIVITY = "activity."
# What a message's part in an activity is called in version 1, by the kind of activity.
_MORPHS = {
    "soft_bounced": "recipient_bounce",
    "hard_bounced": "recipient_bounce",
    "deferred": "recipient_bounce",
    "failed": "recipient_bounce",
    "spam_complaint": "spam_complaint",
    "unsubscribed": "recipient_unsubscribe",
    "opened": "open",
    "opened_unique": "open",
    "clicked": "click",
    "clicked_unique": "click",
}
_TOLD_OF_MORPHS = ("reason", "readable_reason", "ip", "url")


def payload(endpoint: Endpoint, event: WebhookEvent, name: str) -> dict[str, object]:
    """The body for an event, in the endpoint's version."""
    created_at = in_microseconds(event.occurred_at)
    if event.type == EventType.SENDER_IDENTITY_VERIFIED:
        created_at = f"{event.occurred_at:%Y-%m-%d %H:%M:%S}"
    is_activity = event.type.startswith(_ACTIVITY)
    if endpoint.version == 2:
        data = _flat(event, name) if is_activity else event.data
        return {"type": name, "created_at": created_at, "data": data}
    return {
        "type": name,
        "domain_id": event.domain_id,
        "created_at": created_at,
        "webhook_id": endpoint.endpoint_id,
        "url": endpoint.url,
        "data": _fat(event, name) if is_activity else event.data,
    }


def _flat(event: WebhookEvent, name: str) -> dict[str, object]:
    data: Mapping[str, Any] = event.data
    return {
        "id": event.key.event_id,
        "domain_id": event.domain_id,
        "message_id": _message_id(data),
        "email_id": _email_id(data),
        "type": name.removeprefix(_ACTIVITY),
        "subject": data.get("subject"),
        "email": data.get("recipient"),
        "tags": data.get("tags") or [],
        "meta": data.get("detail") or {},
        "identity_id": event.identity_id,
    }


def _fat(event: WebhookEvent, name: str) -> dict[str, object]:
    data: Mapping[str, Any] = event.data
    created_at = in_microseconds(event.occurred_at)
    kind = name.removeprefix(_ACTIVITY)
    return {
        "object": "activity",
        "id": event.key.event_id,
        "type": kind,
        "created_at": created_at,
        "email": {
            "object": "email",
            "id": _email_id(data),
            "created_at": created_at,
            "from": data.get("from"),
            "subject": data.get("subject"),
            "status": kind,
            "tags": data.get("tags") or [],
            "message": {"object": "message", "id": _message_id(data), "created_at": created_at},
            "recipient": {
                "object": "recipient",
                "id": None,
                "email": data.get("recipient"),
                "created_at": created_at,
            },
        },
        "morph": _morph(event, kind, created_at),
        "template_id": "",
        "identity_id": event.identity_id,
    }


def _morph(event: WebhookEvent, kind: str, created_at: str) -> dict[str, object] | None:
    if kind not in _MORPHS:
        return None
    data: Mapping[str, Any] = event.data
    detail = data.get("detail") or {}
    told = {name: detail[name] for name in _TOLD_OF_MORPHS if name in detail}
    own = {"id": event.key.event_id, "created_at": created_at} if _MORPHS[kind] in ("open", "click") else {}
    return {"object": _MORPHS[kind], **own, **told}


def _message_id(data: Mapping[str, Any]) -> str | None:
    """The message's id as the send's `x-message-id` has it: 24 hexadecimal digits (contracts A.1)."""
    found = data.get("message_id")
    return message_id(found) if isinstance(found, str) and identifiers.is_id(found) else None


def _email_id(data: Mapping[str, Any]) -> str | None:
    """MailerSend has an email for each recipient of a message; here that is the message."""
    return _message_id(data)
