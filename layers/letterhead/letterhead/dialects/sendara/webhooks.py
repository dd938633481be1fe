"""Sendara's webhooks: requests into concepts, concepts into answers (contracts B.5), and our additive calls in the same style."""

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
_SECRETS = ("/signing_secret", "/standard_secret")


def read_creation(body: Mapping[str, object], check_url: CheckUrl) -> NewEndpoint:
    """The webhook that `POST /v1/webhooks` asks for; raises `InvalidFieldsError` with every field that is wrong.

    No event types, or an empty list of them, mean all.
    """
    fields = Fields(body)
    url = read_url(fields, "endpoint_url", check_url, required=True)
    events = read_events(fields, "event_types", Dialect.SENDARA)
    domain_id, identity_id, pace = _domain_id(fields), read_identity(fields), read_pace(fields)
    active = fields.flag("is_active")
    fields.finish()
    return NewEndpoint(
        url=url or "",
        events=events or (),
        enabled=active is not False,
        pace=pace or Pace.LONG,
        domain_id=domain_id,
        identity_id=identity_id,
    )


def read_change(body: Mapping[str, object], check_url: CheckUrl) -> EndpointChange:
    """What `PUT /v1/webhooks/{id}` asks for; raises `InvalidFieldsError`."""
    fields = Fields(body)
    url = read_url(fields, "endpoint_url", check_url, required=False)
    events = read_events(fields, "event_types", Dialect.SENDARA)
    enabled, pace = fields.flag("is_active"), read_pace(fields)
    fields.finish()
    return EndpointChange(url=url, events=events, enabled=enabled, pace=pace)


def read_list(_: Sequence[tuple[str, str]]) -> tuple[str | None, None]:
    """All webhooks at once: Sendara's list has no pages and knows no domains."""
    return None, None


def read_id(text: str) -> str:
    """The id in a path, `wh_…`; raises `EndpointNotFoundError` for what can't be one."""
    endpoint_id = identifiers.from_prefixed(identifiers.ENDPOINT_PREFIX, text)
    if endpoint_id is None:
        raise EndpointNotFoundError
    return endpoint_id


def read_delivery_id(text: str) -> str | None:
    """A delivery's id in a path, or None for what can't be one."""
    return identifiers.from_prefixed(identifiers.DELIVERY_PREFIX, text)


def created(endpoint: Endpoint, secret: SigningSecret, _: SendingDomain | None, now: datetime) -> Reply:
    """The answer to a creation."""
    return Reply(201, {**endpoint_object(endpoint, now), **_secrets(secret)}, secrets=_SECRETS)


def rotated(endpoint: Endpoint, secret: SigningSecret, _: SendingDomain | None, now: datetime) -> Reply:
    """The answer to a renewal."""
    return Reply(200, {**endpoint_object(endpoint, now), **_secrets(secret)}, secrets=_SECRETS)


def shown(
    endpoint: Endpoint,
    secret: SigningSecret | None,
    _: SendingDomain | None,
    undelivered: int | None,
    now: datetime,
) -> Reply:
    """The answer to a read, which has the signing secret, or to a change, which hasn't."""
    counted = {} if undelivered is None else {"undelivered": undelivered}
    told = {} if secret is None else {"signing_secret": secret.own}
    secrets = () if secret is None else ("/signing_secret",)
    return Reply(200, {**endpoint_object(endpoint, now), **told, **counted}, secrets=secrets)


def listed(
    endpoints: Sequence[Endpoint], _: SendingDomain | None, __: object, ___: str, now: datetime
) -> Reply:
    """The answer to a list, which leaves the secrets out."""
    return Reply(200, {"webhooks": [endpoint_object(endpoint, now) for endpoint in endpoints]})


def deleted() -> Reply:
    """The answer to a deletion."""
    return Reply(204)


def deliveries_listed(_: Endpoint, deliveries: Sequence[Delivery], __: DeliveryPage, ___: str) -> Reply:
    """The answer to `GET …/deliveries`, newest first; the last one's id is the next page's `before`."""
    return Reply(200, {"deliveries": [delivery_object(each) for each in deliveries]})


def delivery_shown(delivery: Delivery, status: int = 200) -> Reply:
    """The answer with one delivery."""
    return Reply(status, delivery_object(delivery))


def replay_accepted(replay: Replay, until: datetime) -> Reply:
    """The answer to a replay of several, which goes on after it."""
    told = {"since": in_seconds(replay.since), "until": in_seconds(until)}
    return Reply(202, {**told, "only_failed": replay.only_failed})


def endpoint_object(endpoint: Endpoint, now: datetime) -> dict[str, object]:
    """Sendara's webhook object without secrets, and after its keys those that are ours."""
    domain_id, identity_id = endpoint.domain_id, endpoint.identity_id
    return {
        "id": identifiers.to_prefixed(identifiers.ENDPOINT_PREFIX, endpoint.endpoint_id),
        "account_id": endpoint.account_id,
        "endpoint_url": endpoint.url,
        "event_types": list(endpoint.events),
        "is_active": endpoint.enabled,
        "created_at": in_seconds(endpoint.created_at),
        "updated_at": in_seconds(endpoint.updated_at),
        "domain_id": domain_id and identifiers.to_prefixed(identifiers.DOMAIN_PREFIX, domain_id),
        "identity_id": identity_id and identifiers.to_prefixed(identifiers.IDENTITY_PREFIX, identity_id),
        **standing_object(endpoint, now, in_seconds),
    }


def delivery_object(delivery: Delivery) -> dict[str, object]:
    """Sendara's delivery object, and after its keys those that are ours."""
    return {
        "id": identifiers.to_prefixed(identifiers.DELIVERY_PREFIX, delivery.delivery_id),
        "subscription_id": identifiers.to_prefixed(identifiers.ENDPOINT_PREFIX, delivery.endpoint_id),
        "event_id": identifiers.public_event_id(delivery.event.event_id),
        "event_type": wire_name(Dialect.SENDARA, delivery.event_type),
        **delivery_standing(delivery, in_seconds),
    }


def _secrets(secret: SigningSecret) -> dict[str, object]:
    return {"signing_secret": secret.own, "standard_secret": secret.standard_text}


def _domain_id(fields: Fields) -> str | None:
    text = fields.text("domain_id")
    found = text and identifiers.from_any(identifiers.DOMAIN_PREFIX, text)
    if text and not found:
        fields.wrong("domain_id", NO_SUCH_DOMAIN)
    return found or None
