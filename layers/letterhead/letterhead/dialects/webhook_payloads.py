"""What endpoints are sent: events in each dialect's words (contracts A.6, B.5, C.3).

What a service documents no shape for keeps our data, with ids in the dialect's form. The message activity's data is `message_id`,
`recipient`, `subject`, `from`, `tags` and `detail`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.mailersend import webhook_payloads as mailersend
from letterhead.dialects.sendara import webhook_payloads as sendara
from letterhead.dialects.sendmailos import webhook_payloads as sendmailos
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.event_names import wire_name
from letterhead.webhooks.sending import Rendered

if TYPE_CHECKING:
    from letterhead.webhooks.delivery import WebhookEvent
    from letterhead.webhooks.endpoint import Endpoint


def render(endpoint: Endpoint, event: WebhookEvent) -> Rendered:
    """An event as an endpoint is told of it. The id is the same for every endpoint."""
    event_id = identifiers.public_event_id(event.key.event_id)
    name = wire_name(endpoint.dialect, event.type)
    if endpoint.dialect is Dialect.MAILERSEND:
        payload = mailersend.payload(endpoint, event, name)
    elif endpoint.dialect is Dialect.SENDARA:
        payload = sendara.payload(event, event_id, name)
    else:
        payload = sendmailos.payload(event, event_id, name)
    return Rendered(event_id, name, json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())
