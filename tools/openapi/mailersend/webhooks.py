"""MailerSend's webhooks."""

from __future__ import annotations

from letterhead.dialects.mailersend.webhooks import LONGEST_NAME, LONGEST_URL
from letterhead.identifiers import DOMAIN_PREFIX
from letterhead.tokens.dialect import Dialect
from tools.openapi import values, webhook_objects
from tools.openapi.mailersend.pages import PARAMETERS, one, page_of
from tools.openapi.operation import Answer, Parameter, Place
from tools.openapi.schema import (
    array,
    body,
    closed,
    flag,
    nullable,
    number,
    optional,
    ref,
    resource,
    text,
)
from tools.openapi.webhook_calls import TAG as _TAG
from tools.openapi.webhook_calls import WebhookWire, operations

TAG = {_TAG: webhook_objects.TAG_TEXT}
PATH_PARAMETERS = {
    "webhook": Parameter("webhook", Place.PATH, values.short_id(), "The webhook's id."),
    "delivery": Parameter("delivery", Place.PATH, values.short_id(), "The delivery's id."),
}
_MOMENT = values.precise_moment()
_DOMAIN = values.id_of_any_form(DOMAIN_PREFIX, "The domain's id.")
_OBJECT = {
    "id": values.short_id(),
    "url": text(form="uri"),
    "events": array(text()),
    "name": text(),
    "enabled": flag(),
    "editable": nullable(flag()),
    "secret": nullable(text("The signing secret, in the answers that create it alone.")),
    "created_at": _MOMENT,
    "updated_at": _MOMENT,
    "domain": nullable({"type": "object", "description": "The sending domain, without its statistics."}),
    "version": number("Of the payload.", least=1, most=2),
    "identity_id": nullable(values.short_id()),
    **webhook_objects.standing(_MOMENT),
    "standard_secret": nullable(text("Standard Webhooks' secret, in the answers that create it alone.")),
}
SCHEMAS = {
    "Webhook": resource(_OBJECT, "A webhook; the keys from `version` on are Letterhead's."),
    "ShownWebhook": resource({**_OBJECT, "undelivered": webhook_objects.undelivered()}),
    "WebhookDelivery": resource(
        {
            "id": values.short_id(),
            "webhook_id": values.short_id(),
            "event_id": text(),
            "type": text(),
            **webhook_objects.delivery_standing(_MOMENT),
        }
    ),
}
_FIELDS = {
    "url": webhook_objects.url(LONGEST_URL),
    "name": values.line("What it is for.", longest=LONGEST_NAME),
    "events": webhook_objects.event_names(Dialect.MAILERSEND, 1),
    "domain_id": _DOMAIN,
}
_OPTIONAL = {
    "enabled": nullable(flag()),
    "version": nullable(
        number("Of the payload: 1 (whole objects, the default) or 2 (flat).", least=1, most=2)
    ),
    "retries": webhook_objects.pace(),
}

OPERATIONS = operations(
    WebhookWire(
        prefix="/v1/webhooks",
        creation=body(
            {**_FIELDS, **_OPTIONAL, "identity_id": webhook_objects.identity()},
            required=("url", "name", "events", "domain_id"),
        ),
        change=body(
            {
                "url": optional(_FIELDS["url"]),
                "name": optional(text("What it is for.", longest=LONGEST_NAME)),
                "events": nullable(webhook_objects.event_names(Dialect.MAILERSEND, 1)),
                **_OPTIONAL,
            }
        ),
        created=one("Webhook"),
        rotated=one("Webhook"),
        shown=one("ShownWebhook"),
        changed=one("Webhook"),
        listed=page_of("Webhook"),
        deliveries=closed(
            {
                "data": array(ref("WebhookDelivery")),
                "links": closed(
                    {
                        "first": {"const": None},
                        "last": {"const": None},
                        "prev": {"const": None},
                        "next": nullable(text(form="uri")),
                    }
                ),
                "meta": closed({"path": text(form="uri"), "per_page": number(least=1)}),
            }
        ),
        delivery=one("WebhookDelivery"),
        replay=closed({"data": resource({"since": _MOMENT, "until": _MOMENT, "only_failed": flag()})}),
        id_pointer="/data/id",
        delivery_pointer="/data/id",
        deletion=Answer(204, "Deleted."),
        list_parameters=(
            Parameter("domain_id", Place.QUERY, _DOMAIN, "Whose webhooks.", required=True, empty=False),
            *PARAMETERS,
        ),
        has_ping=True,
    )
)
