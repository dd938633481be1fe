"""SendMailOS's payload (contracts C.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead import identifiers
from letterhead.dialects.times import in_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.webhooks.delivery import WebhookEvent

_IDS = frozenset({"domain_id", "identity_id", "webhook_id", "message_id", "email_id"})
_ACTIVITY = "activity."


def payload(event: WebhookEvent, event_id: str, name: str) -> dict[str, object]:
    """The body for an event."""
    data: Mapping[str, Any] = event.data
    moment = in_seconds(event.occurred_at)
    told: dict[str, object] = {key: _id(key, value) for key, value in data.items()}
    if event.type.startswith(_ACTIVITY):
        message_id = _id("message_id", data.get("message_id"))
        told = {
            "email_id": message_id,
            "message_id": message_id,
            "recipient": data.get("recipient"),
            "campaign_id": None,
            "timestamp": moment,
            "metadata": data.get("metadata") or {},
            **told,
        }
    return {
        "id": event_id,
        "type": name,
        "created_at": moment,
        "data": {
            **told,
            "domain_id": _id("domain_id", event.domain_id),
            "identity_id": _id("identity_id", event.identity_id),
        },
    }


def _id(key: str, value: object) -> object:
    return (
        identifiers.to_uuid(value)
        if key in _IDS and isinstance(value, str) and identifiers.is_id(value)
        else value
    )
