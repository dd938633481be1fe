"""MailerSend's webhooks: requests into concepts, concepts into answers (contracts A.6), and our additive calls in its style."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.mailersend.domains import domain_object
from letterhead.dialects.mailersend.pages import PageAddress, page_body, read_page
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.dialects.webhook_fields import (
    delivery_standing,
    read_events,
    read_identity,
    read_pace,
    read_url,
    standing_object,
)
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.endpoint import EndpointNotFoundError
from letterhead.webhooks.managing import EndpointChange, NewEndpoint
from letterhead.webhooks.schedule import Pace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.dialects.mailersend.pages import PageQuery
    from letterhead.dialects.webhook_fields import CheckUrl, DeliveryPage, Replay
    from letterhead.domains.domain import SendingDomain
    from letterhead.webhooks.delivery import Delivery
    from letterhead.webhooks.endpoint import Endpoint
    from letterhead.webhooks.signing_secrets import SigningSecret

LONGEST_NAME = 191
LONGEST_URL = 191
DOMAIN_NEEDED = "The domain id field is required. #MS42209"
NEEDS_DOMAIN = True


def read_creation(body: Mapping[str, object], check_url: CheckUrl) -> NewEndpoint:
    """The webhook that `POST /v1/webhooks` asks for; raises `InvalidFieldsError` with every field that is wrong."""
    fields = Fields(body)
    url = read_url(fields, "url", check_url, required=True, longest=LONGEST_URL)
    name = fields.text("name", required=True, longest=LONGEST_NAME)
    events = read_events(fields, "events", Dialect.MAILERSEND)
    if not events and body.get("events") in (None, []):
        fields.wrong("events", "The events field is required.")
    domain_id = _domain_id(fields)
    identity_id = read_identity(fields)
    enabled = fields.flag("enabled")
    version = _version(fields)
    pace = read_pace(fields)
    fields.finish()
    return NewEndpoint(
        url=url or "",
        events=events or (),
        name=name or "",
        enabled=enabled is not False,
        version=version or 1,
        pace=pace or Pace.LONG,
        domain_id=domain_id,
        identity_id=identity_id,
    )


def read_change(body: Mapping[str, object], check_url: CheckUrl) -> EndpointChange:
    """What `PUT /v1/webhooks/{id}` asks for; raises `InvalidFieldsError`."""
    fields = Fields(body)
    url = read_url(fields, "url", check_url, required=False, longest=LONGEST_URL)
    name = fields.text("name", longest=LONGEST_NAME)
    events = read_events(fields, "events", Dialect.MAILERSEND)
    if events == () and body.get("events") == []:
        fields.wrong("events", "The events must have at least 1 items.")
    enabled, version, pace = fields.flag("enabled"), _version(fields), read_pace(fields)
    fields.finish()
    return EndpointChange(url=url, events=events, name=name, enabled=enabled, version=version, pace=pace)


def read_list(query: Sequence[tuple[str, str]]) -> tuple[str | None, PageQuery]:
    """The domain and the page that `GET /v1/webhooks` asks for; raises `InvalidFieldsError`."""
    given = dict(query)
    wrong: dict[str, tuple[str, ...]] = {}
    page = read_page(given, wrong)
    domain_id = identifiers.from_any(identifiers.DOMAIN_PREFIX, given.get("domain_id", ""))
    if domain_id is None:
        wrong["domain_id"] = (DOMAIN_NEEDED,)
    if wrong:
        raise InvalidFieldsError(wrong)
    return domain_id, page


def read_id(text: str) -> str:
    """The id in a path; raises `EndpointNotFoundError` for what can't be one."""
    if not identifiers.is_id(text):
        raise EndpointNotFoundError
    return text


def read_delivery_id(text: str) -> str | None:
    """A delivery's id in a path, or None for what can't be one."""
    return text if identifiers.is_id(text) else None


def created(endpoint: Endpoint, secret: SigningSecret, domain: SendingDomain | None, now: datetime) -> Reply:
    """The answer to a creation: the one time that the secrets are shown."""
    data = {**endpoint_object(endpoint, domain, now), "editable": None, **_secrets(secret)}
    return Reply(201, {"data": data}, secrets=("/data/secret", "/data/standard_secret"))


def rotated(endpoint: Endpoint, secret: SigningSecret, domain: SendingDomain | None, now: datetime) -> Reply:
    """The answer to a renewal: the one time that the new secrets are shown."""
    data = {**endpoint_object(endpoint, domain, now), **_secrets(secret)}
    return Reply(200, {"data": data}, secrets=("/data/secret", "/data/standard_secret"))


def shown(
    endpoint: Endpoint,
    _: SigningSecret | None,
    domain: SendingDomain | None,
    undelivered: int | None,
    now: datetime,
) -> Reply:
    """The answer to a read or a change."""
    counted = {} if undelivered is None else {"undelivered": undelivered}
    return Reply(200, {"data": {**endpoint_object(endpoint, domain, now), **counted}})


def listed(
    endpoints: Sequence[Endpoint], domain: SendingDomain | None, page: PageQuery, base_url: str, now: datetime
) -> Reply:
    """The answer to a list: one page of the domain's webhooks, which are few."""
    start = (page.number - 1) * page.size
    shown_now = endpoints[start : start + page.size]
    body = page_body(
        [endpoint_object(endpoint, domain, now) for endpoint in shown_now],
        number=page.number,
        size=page.size,
        total=len(endpoints),
        last_id=None,
        address=PageAddress(f"{base_url}/v1/webhooks", {"domain_id": domain.domain_id} if domain else {}),
    )
    return Reply(200, body)


def deleted() -> Reply:
    """The answer to a deletion."""
    return Reply(204)


def deliveries_listed(
    endpoint: Endpoint, deliveries: Sequence[Delivery], page: DeliveryPage, base_url: str
) -> Reply:
    """The answer to the additive `GET …/deliveries`, a page that knows only the next one."""
    url = f"{base_url}/v1/webhooks/{endpoint.endpoint_id}/deliveries"
    following = None
    if len(deliveries) == page.size:
        following = f"{url}?{urlencode({'limit': page.size, 'before': deliveries[-1].delivery_id})}"
    return Reply(
        200,
        {
            "data": [delivery_object(each) for each in deliveries],
            "links": {"first": None, "last": None, "prev": None, "next": following},
            "meta": {"path": url, "per_page": page.size},
        },
    )


def delivery_shown(delivery: Delivery, status: int = 200) -> Reply:
    """The answer with one delivery."""
    return Reply(status, {"data": delivery_object(delivery)})


def replay_accepted(replay: Replay, until: datetime) -> Reply:
    """The answer to a replay of several, which goes on after it."""
    told = {"since": in_microseconds(replay.since), "until": in_microseconds(until)}
    return Reply(202, {"data": {**told, "only_failed": replay.only_failed}})


def endpoint_object(endpoint: Endpoint, domain: SendingDomain | None, now: datetime) -> dict[str, object]:
    """MailerSend's webhook object, and after its keys those that are ours."""
    return {
        "id": endpoint.endpoint_id,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "name": endpoint.name,
        "enabled": endpoint.enabled,
        "editable": True,
        "secret": None,
        "created_at": in_microseconds(endpoint.created_at),
        "updated_at": in_microseconds(endpoint.updated_at),
        "domain": None if domain is None else domain_object(domain),
        "version": endpoint.version,
        "identity_id": endpoint.identity_id,
        **standing_object(endpoint, now, in_microseconds),
        "standard_secret": None,
    }


def delivery_object(delivery: Delivery) -> dict[str, object]:
    """A delivery in MailerSend's style."""
    return {
        "id": delivery.delivery_id,
        "webhook_id": delivery.endpoint_id,
        "event_id": identifiers.public_event_id(delivery.event.event_id),
        "type": delivery.event_type,
        **delivery_standing(delivery, in_microseconds),
    }


def _secrets(secret: SigningSecret) -> dict[str, object]:
    return {"secret": secret.own, "standard_secret": secret.standard_text}


def _domain_id(fields: Fields) -> str | None:
    text = fields.text("domain_id")
    found = text and identifiers.from_any(identifiers.DOMAIN_PREFIX, text)
    if not found:
        fields.wrong("domain_id", DOMAIN_NEEDED)
    return found or None


def _version(fields: Fields) -> int | None:
    return fields.integer("version", least=1, most=2)
