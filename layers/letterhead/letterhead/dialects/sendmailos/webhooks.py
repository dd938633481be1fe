"""SendMailOS's webhooks: requests into concepts, concepts into answers (contracts C.3; what it leaves open is ours)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds
from letterhead.dialects.webhook_fields import (
    delivery_standing,
    read_events,
    read_identity,
    read_pace,
    read_secret,
    read_url,
    standing_object,
)
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.issuing import NO_SUCH_DOMAIN
from letterhead.webhooks.endpoint import EndpointNotFoundError
from letterhead.webhooks.event_names import wire_name
from letterhead.webhooks.managing import EndpointChange, NewEndpoint
from letterhead.webhooks.schedule import Pace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.dialects.webhook_fields import CheckUrl, DeliveryPage, Replay
    from letterhead.domains.domain import SendingDomain
    from letterhead.webhooks.delivery import Delivery
    from letterhead.webhooks.endpoint import Endpoint
    from letterhead.webhooks.signing_secrets import SigningSecret

NEEDS_DOMAIN = False
LONGEST_NAME = 191
_SECRETS = ("/webhook/secret", "/webhook/standard_secret")


def read_creation(body: Mapping[str, object], check_url: CheckUrl) -> NewEndpoint:
    """The webhook that `POST /api/v1/webhooks` asks for; raises `InvalidFieldsError` with every field that is wrong.

    No events, or an empty list of them, mean all. The caller may choose the secret.
    """
    fields = Fields(body)
    url = read_url(fields, "url", check_url, required=True)
    events = read_events(fields, "events", Dialect.SENDMAILOS)
    secret = read_secret(fields, "secret")
    name = fields.text("name", longest=LONGEST_NAME)
    domain_id, identity_id, pace = _domain_id(fields), read_identity(fields), read_pace(fields)
    enabled = fields.flag("enabled")
    fields.finish()
    return NewEndpoint(
        url=url or "",
        events=events or (),
        name=name or "",
        enabled=enabled is not False,
        pace=pace or Pace.LONG,
        domain_id=domain_id,
        identity_id=identity_id,
        secret=secret,
    )


def read_change(body: Mapping[str, object], check_url: CheckUrl) -> EndpointChange:
    """What the additive `PUT /api/v1/webhooks/{id}` asks for; raises `InvalidFieldsError`."""
    fields = Fields(body)
    url = read_url(fields, "url", check_url, required=False)
    events = read_events(fields, "events", Dialect.SENDMAILOS)
    name = fields.text("name", longest=LONGEST_NAME)
    enabled, pace = fields.flag("enabled"), read_pace(fields)
    fields.finish()
    return EndpointChange(url=url, events=events, name=name, enabled=enabled, pace=pace)


def read_list(_: Sequence[tuple[str, str]]) -> tuple[str | None, None]:
    """All webhooks at once: SendMailOS's lists have no pages."""
    return None, None


def read_id(text: str) -> str:
    """The id in a path, a UUID; raises `EndpointNotFoundError` for what can't be one."""
    endpoint_id = identifiers.from_uuid(text)
    if endpoint_id is None:
        raise EndpointNotFoundError
    return endpoint_id


def read_delivery_id(text: str) -> str | None:
    """A delivery's id in a path, or None for what can't be one."""
    return identifiers.from_uuid(text)


def created(endpoint: Endpoint, secret: SigningSecret, _: SendingDomain | None, now: datetime) -> Reply:
    """The answer to a creation: the one time that the secrets are shown."""
    return _one({**endpoint_object(endpoint, now), **_shown_once(secret)}, 201, _SECRETS)


def rotated(endpoint: Endpoint, secret: SigningSecret, _: SendingDomain | None, now: datetime) -> Reply:
    """The answer to a renewal: the one time that the new secrets are shown."""
    return _one({**endpoint_object(endpoint, now), **_shown_once(secret)}, 200, _SECRETS)


def shown(
    endpoint: Endpoint,
    _: SigningSecret | None,
    __: SendingDomain | None,
    undelivered: int | None,
    now: datetime,
) -> Reply:
    """The answer to a read or a change."""
    counted = {} if undelivered is None else {"undelivered": undelivered}
    return _one({**endpoint_object(endpoint, now), **counted})


def listed(
    endpoints: Sequence[Endpoint], _: SendingDomain | None, __: object, ___: str, now: datetime
) -> Reply:
    """The answer to a list."""
    return Reply(
        200, {"success": True, "webhooks": [endpoint_object(endpoint, now) for endpoint in endpoints]}
    )


def deleted() -> Reply:
    """The answer to a deletion."""
    return Reply(200, {"success": True})


def deliveries_listed(_: Endpoint, deliveries: Sequence[Delivery], __: DeliveryPage, ___: str) -> Reply:
    """The answer to the additive `GET …/deliveries`, newest first; the last one's id is the next page's `before`."""
    return Reply(200, {"success": True, "deliveries": [delivery_object(each) for each in deliveries]})


def delivery_shown(delivery: Delivery, status: int = 200) -> Reply:
    """The answer with one delivery."""
    return Reply(status, {"success": True, "delivery": delivery_object(delivery)})


def replay_accepted(replay: Replay, until: datetime) -> Reply:
    """The answer to a replay of several, which goes on after it."""
    told = {"since": in_seconds(replay.since), "until": in_seconds(until), "only_failed": replay.only_failed}
    return Reply(202, {"success": True, "replay": told})


def endpoint_object(endpoint: Endpoint, now: datetime) -> dict[str, object]:
    """A webhook as SendMailOS's answers show things, without secrets."""
    return {
        "id": identifiers.to_uuid(endpoint.endpoint_id),
        "url": endpoint.url,
        "events": list(endpoint.events),
        "name": endpoint.name,
        "enabled": endpoint.enabled,
        "created_at": in_seconds(endpoint.created_at),
        "updated_at": in_seconds(endpoint.updated_at),
        "domain_id": endpoint.domain_id and identifiers.to_uuid(endpoint.domain_id),
        "identity_id": endpoint.identity_id and identifiers.to_uuid(endpoint.identity_id),
        **standing_object(endpoint, now, in_seconds),
    }


def delivery_object(delivery: Delivery) -> dict[str, object]:
    """A delivery as SendMailOS's answers show things."""
    return {
        "id": identifiers.to_uuid(delivery.delivery_id),
        "webhook_id": identifiers.to_uuid(delivery.endpoint_id),
        "event_id": identifiers.public_event_id(delivery.event.event_id),
        "type": wire_name(Dialect.SENDMAILOS, delivery.event_type),
        **delivery_standing(delivery, in_seconds),
    }


def _one(webhook: dict[str, object], status: int = 200, secrets: tuple[str, ...] = ()) -> Reply:
    return Reply(status, {"success": True, "webhook": webhook}, secrets=secrets)


def _shown_once(secret: SigningSecret) -> dict[str, object]:
    return {"secret": secret.own, "standard_secret": secret.standard_text}


def _domain_id(fields: Fields) -> str | None:
    text = fields.text("domain_id")
    found = text and identifiers.from_any(identifiers.DOMAIN_PREFIX, text)
    if text and not found:
        fields.wrong("domain_id", NO_SUCH_DOMAIN)
    return found or None
