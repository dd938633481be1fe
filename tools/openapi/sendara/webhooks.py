"""Sendara's webhooks."""

from __future__ import annotations

from letterhead.identifiers import DELIVERY_PREFIX, DOMAIN_PREFIX, ENDPOINT_PREFIX, IDENTITY_PREFIX
from letterhead.tokens.dialect import Dialect
from tools.openapi import values, webhook_objects
from tools.openapi.operation import Answer, Parameter, Place
from tools.openapi.schema import array, body, closed, flag, nullable, optional, ref, resource, text
from tools.openapi.webhook_calls import TAG as _TAG
from tools.openapi.webhook_calls import WebhookWire, operations

TAG = {_TAG: webhook_objects.TAG_TEXT}
PATH_PARAMETERS = {
    "webhook": Parameter("webhook", Place.PATH, values.prefixed_id(ENDPOINT_PREFIX), "The webhook's id."),
    "delivery": Parameter("delivery", Place.PATH, values.prefixed_id(DELIVERY_PREFIX), "The delivery's id."),
}
_MOMENT = values.moment()
_OBJECT = {
    "id": values.prefixed_id(ENDPOINT_PREFIX),
    "account_id": text(),
    "endpoint_url": text(form="uri"),
    "event_types": array(text(), "Empty for all."),
    "is_active": flag(),
    "created_at": _MOMENT,
    "updated_at": _MOMENT,
    "domain_id": nullable(values.prefixed_id(DOMAIN_PREFIX)),
    "identity_id": nullable(values.prefixed_id(IDENTITY_PREFIX)),
    **webhook_objects.standing(_MOMENT),
}
_SECRETS = {
    "signing_secret": webhook_objects.secret("The secret of `Sendara-Signature`."),
    "standard_secret": webhook_objects.secret("Standard Webhooks' secret."),
}
SCHEMAS = {
    "Webhook": resource(_OBJECT, "A webhook; the keys from `updated_at` on are Letterhead's."),
    "NewWebhook": resource({**_OBJECT, **_SECRETS}, "A webhook with its secrets."),
    "ShownWebhook": resource(
        {**_OBJECT, "signing_secret": text(), "undelivered": webhook_objects.undelivered()}
    ),
    "WebhookDelivery": resource(
        {
            "id": values.prefixed_id(DELIVERY_PREFIX),
            "subscription_id": values.prefixed_id(ENDPOINT_PREFIX),
            "event_id": text(),
            "event_type": text(),
            **webhook_objects.delivery_standing(_MOMENT),
        }
    ),
}
_EVENTS = nullable(webhook_objects.event_names(Dialect.SENDARA))
_OPTIONAL = {"event_types": _EVENTS, "is_active": nullable(flag()), "retries": webhook_objects.pace()}

OPERATIONS = operations(
    WebhookWire(
        prefix="/v1/webhooks",
        creation=body(
            {"endpoint_url": webhook_objects.url(), **_OPTIONAL, **webhook_objects.restrictions()},
            required=("endpoint_url",),
        ),
        change=body({"endpoint_url": optional(webhook_objects.url()), **_OPTIONAL}),
        created=ref("NewWebhook"),
        rotated=ref("NewWebhook"),
        shown=ref("ShownWebhook"),
        changed=ref("Webhook"),
        listed=closed({"webhooks": array(ref("Webhook"))}),
        deliveries=closed({"deliveries": array(ref("WebhookDelivery"))}),
        delivery=ref("WebhookDelivery"),
        replay=resource({"since": _MOMENT, "until": _MOMENT, "only_failed": flag()}),
        id_pointer="/id",
        delivery_pointer="/id",
        deletion=Answer(204, "Deleted."),
    )
)
