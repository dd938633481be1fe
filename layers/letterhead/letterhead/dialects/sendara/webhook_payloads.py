"""Sendara's envelope (contracts B.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead import identifiers
from letterhead.dialects.times import in_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.webhooks.delivery import WebhookEvent

_PREFIXES = {
    "domain_id": identifiers.DOMAIN_PREFIX,
    "identity_id": identifiers.IDENTITY_PREFIX,
    "webhook_id": identifiers.ENDPOINT_PREFIX,
    "message_id": identifiers.MESSAGE_PREFIX,
}


def payload(event: WebhookEvent, event_id: str, name: str) -> dict[str, object]:
    """The body for an event."""
    data: Mapping[str, Any] = event.data
    return {
        "event_id": event_id,
        "event_type": name,
        "message_id": _id("message_id", data.get("message_id")),
        "account_id": event.key.account_id,
        "domain_id": _id("domain_id", event.domain_id),
        "identity_id": _id("identity_id", event.identity_id),
        "created_at": in_seconds(event.occurred_at),
        "payload": {key: _id(key, value) for key, value in data.items()},
    }


def _id(key: str, value: object) -> object:
    if key in _PREFIXES and isinstance(value, str) and identifiers.is_id(value):
        return identifiers.to_prefixed(_PREFIXES[key], value)
    return value
