"""The calls about webhooks, which differ by dialect in their paths, bodies and envelopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from letterhead.dialects.problem import InvalidFieldsError
from letterhead.webhooks.delivery import DeliveryNotFoundError
from letterhead.webhooks.endpoint import EndpointNotFoundError, EndpointUrlTakenError, TooManyEndpointsError
from letterhead.webhooks.pinging import PingFailedError
from letterhead.webhooks.replaying import EndpointDisabledError
from tools.openapi.operation import Answer, Link, Operation
from tools.openapi.webhook_objects import DELIVERIES_PARAMETERS, OVERLAP_BODY, REPLAY_BODY

if TYPE_CHECKING:
    from tools.openapi.operation import Parameter
    from tools.openapi.schema import Schema

TAG = "Webhooks"


@dataclass(frozen=True)
class WebhookWire:
    """What a dialect's webhooks look like: bodies, answers, where an answer has the webhook's id."""

    prefix: str
    creation: Schema
    change: Schema
    created: Schema
    rotated: Schema
    shown: Schema
    changed: Schema
    listed: Schema
    deliveries: Schema
    delivery: Schema
    replay: Schema
    id_pointer: str
    delivery_pointer: str
    deletion: Answer
    list_parameters: tuple[Parameter, ...] = ()
    has_ping: bool = False
    extra: Mapping[tuple[str, str], str] = field(default_factory=dict)


def operations(wire: WebhookWire) -> dict[tuple[str, str], Operation]:
    """The calls by method and path."""
    one, unknown = f"{wire.prefix}/{{webhook}}", (EndpointNotFoundError,)
    webhook = {"webhook": f"$response.body#{wire.id_pointer}"}
    deliver = {"webhook": "$request.path.webhook", "delivery": f"$response.body#{wire.delivery_pointer}"}
    ping = (PingFailedError, EndpointUrlTakenError) if wire.has_ping else ()
    links = {
        name: Link(f"{act}Webhook{rest}", webhook)
        for name, act, rest in (
            ("Show", "show", ""),
            ("Change", "change", ""),
            ("Rotate", "rotate", "Secret"),
            ("Test", "test", ""),
            ("Deliveries", "list", "Deliveries"),
            ("Replay", "replay", ""),
            ("Delete", "delete", ""),
        )
    }
    sent = Answer(
        202,
        "Under way.",
        wire.delivery,
        {"Show": Link("showWebhookDelivery", deliver), "Again": Link("replayWebhookDelivery", deliver)},
    )
    told = "It is sent by the way that all deliveries go, with the same signatures and retries."
    return {
        ("POST", wire.prefix): Operation(
            "createWebhook",
            TAG,
            "Create a webhook",
            "The URL has to take a signed `webhook.test` with a 2xx first."
            if wire.has_ping
            else "It is told of all that happens from now on.",
            Answer(201, "The new webhook, with its secrets.", wire.created, links),
            body=wire.creation,
            refusals=(TooManyEndpointsError, *ping),
        ),
        ("GET", wire.prefix): Operation(
            "listWebhooks",
            TAG,
            "List webhooks",
            "Oldest first. Webhooks of the other services' kinds aren't among them.",
            Answer(200, "The webhooks.", wire.listed),
            parameters=wire.list_parameters,
            refusals=(InvalidFieldsError,) if wire.list_parameters else (),
        ),
        ("GET", one): Operation(
            "showWebhook",
            TAG,
            "Show a webhook",
            "With the number of its dead letters.",
            Answer(200, "The webhook.", wire.shown),
            refusals=unknown,
        ),
        ("PUT", one): Operation(
            "changeWebhook",
            TAG,
            "Change a webhook",
            "What isn't named stays. One that was disabled starts with a clean slate.",
            Answer(200, "The webhook.", wire.changed),
            body=wire.change,
            body_required=False,
            refusals=(*unknown, *ping),
        ),
        ("DELETE", one): Operation(
            "deleteWebhook",
            TAG,
            "Delete a webhook",
            "Nothing is sent to it any more.",
            wire.deletion,
            refusals=unknown,
        ),
        ("POST", f"{one}/rotate-secret"): Operation(
            "rotateWebhookSecret",
            TAG,
            "Renew a webhook's secrets",
            "All of them together. The old ones sign too for a while: in `webhook-signature`, and in a header of the service's "
            "own with `-Previous` behind its name.",
            Answer(200, "The webhook, with its new secrets.", wire.rotated),
            body=OVERLAP_BODY,
            body_required=False,
            refusals=unknown,
        ),
        ("POST", f"{one}/test"): Operation(
            "testWebhook",
            TAG,
            "Send a webhook a test",
            told,
            sent,
            refusals=(*unknown, EndpointDisabledError),
        ),
        ("GET", f"{one}/deliveries"): Operation(
            "listWebhookDeliveries",
            TAG,
            "List a webhook's deliveries",
            "Those of the last 30 days with their attempts, newest first.",
            Answer(200, "Deliveries.", wire.deliveries),
            parameters=DELIVERIES_PARAMETERS,
            refusals=(*unknown, InvalidFieldsError),
        ),
        ("GET", f"{one}/deliveries/{{delivery}}"): Operation(
            "showWebhookDelivery",
            TAG,
            "Show a delivery",
            "With its attempts.",
            Answer(200, "The delivery.", wire.delivery),
            refusals=(*unknown, DeliveryNotFoundError),
        ),
        ("POST", f"{one}/deliveries/{{delivery}}/replay"): Operation(
            "replayWebhookDelivery",
            TAG,
            "Send an event again",
            "Whatever became of it before.",
            Answer(202, "Under way.", wire.delivery),
            refusals=(*unknown, DeliveryNotFoundError, EndpointDisabledError),
        ),
        ("POST", f"{one}/replay"): Operation(
            "replayWebhook",
            TAG,
            "Send the events of a time again",
            "Or those of them that could not be delivered. What is on its way already isn't sent twice.",
            Answer(202, "It goes on after this answer.", wire.replay),
            body=REPLAY_BODY,
            refusals=unknown,
        ),
        **{
            (method, path): Operation(
                "testWebhookByPost",
                TAG,
                text,
                told,
                Answer(202, "Under way.", wire.delivery),
                refusals=(*unknown, EndpointDisabledError),
            )
            for (method, path), text in wire.extra.items()
        },
    }
