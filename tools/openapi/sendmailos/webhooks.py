"""SendMailOS's webhooks (what its documents leave open is Letterhead's)."""

from __future__ import annotations

from letterhead.dialects.sendmailos.webhooks import LONGEST_NAME
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.signing_secrets import LONGEST_CHOSEN, SHORTEST_CHOSEN
from tools.openapi import values, webhook_objects
from tools.openapi.operation import Answer, Parameter, Place
from tools.openapi.schema import always, array, body, closed, flag, nullable, optional, ref, resource, text
from tools.openapi.webhook_calls import TAG as _TAG
from tools.openapi.webhook_calls import WebhookWire, operations

TAG = {_TAG: webhook_objects.TAG_TEXT}
PATH_PARAMETERS = {
    "webhook": Parameter("webhook", Place.PATH, values.uuid(), "The webhook's id."),
    "delivery": Parameter("delivery", Place.PATH, values.uuid(), "The delivery's id."),
}
_MOMENT = values.moment()
_OBJECT = {
    "id": values.uuid(),
    "url": text(form="uri"),
    "events": array(text(), "Empty for all."),
    "name": text(),
    "enabled": flag(),
    "created_at": _MOMENT,
    "updated_at": _MOMENT,
    "domain_id": nullable(values.uuid()),
    "identity_id": nullable(values.uuid()),
    **webhook_objects.standing(_MOMENT),
}
_SECRETS = {
    "secret": webhook_objects.secret("The secret of `X-Sendmail-Signature` and `X-Webhook-Signature`."),
    "standard_secret": webhook_objects.secret("Standard Webhooks' secret."),
}
SCHEMAS = {
    "Webhook": resource(_OBJECT, "A webhook."),
    "NewWebhook": resource({**_OBJECT, **_SECRETS}, "A webhook with its secrets."),
    "ShownWebhook": resource({**_OBJECT, "undelivered": webhook_objects.undelivered()}),
    "WebhookDelivery": resource(
        {
            "id": values.uuid(),
            "webhook_id": values.uuid(),
            "event_id": text(),
            "type": text(),
            **webhook_objects.delivery_standing(_MOMENT),
        }
    ),
}
_OPTIONAL = {
    "events": nullable(webhook_objects.event_names(Dialect.SENDMAILOS)),
    "name": nullable(text("What it is for.", longest=LONGEST_NAME)),
    "enabled": nullable(flag()),
    "retries": webhook_objects.pace(),
}


def _one(name: str) -> dict[str, object]:
    return closed({"success": always(True), "webhook": ref(name)})


OPERATIONS = operations(
    WebhookWire(
        prefix="/api/v1/webhooks",
        creation=body(
            {
                "url": webhook_objects.url(),
                **_OPTIONAL,
                "secret": optional(
                    text(
                        "The signing secret, if you want to choose it.",
                        pattern=rf"^[\x20-\x7e]{{{SHORTEST_CHOSEN},{LONGEST_CHOSEN}}}$",
                    )
                ),
                **webhook_objects.restrictions(),
            },
            required=("url",),
        ),
        change=body({"url": optional(webhook_objects.url()), **_OPTIONAL}),
        created=_one("NewWebhook"),
        rotated=_one("NewWebhook"),
        shown=_one("ShownWebhook"),
        changed=_one("Webhook"),
        listed=closed({"success": always(True), "webhooks": array(ref("Webhook"))}),
        deliveries=closed({"success": always(True), "deliveries": array(ref("WebhookDelivery"))}),
        delivery=closed({"success": always(True), "delivery": ref("WebhookDelivery")}),
        replay=closed(
            {
                "success": always(True),
                "replay": resource({"since": _MOMENT, "until": _MOMENT, "only_failed": flag()}),
            }
        ),
        id_pointer="/webhook/id",
        delivery_pointer="/delivery/id",
        deletion=Answer(200, "Deleted.", closed({"success": always(True)})),
        extra={("POST", "/api/v1/webhooks/{webhook}"): "Send a webhook a test, as SendMailOS documents it"},
    )
)
