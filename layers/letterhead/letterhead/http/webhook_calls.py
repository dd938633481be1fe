"""The calls about webhooks, the same in all three dialects: endpoints, their secrets, their deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from letterhead import identifiers
from letterhead.dialects.mailersend import webhooks as mailersend
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.sendara import webhooks as sendara
from letterhead.dialects.sendmailos import webhooks as sendmailos
from letterhead.dialects.webhook_fields import read_deliveries, read_overlap, read_replay
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.issuing import NO_SUCH_DOMAIN, NO_SUCH_IDENTITY
from letterhead.webhooks.delivery import DeliveryNotFoundError
from letterhead.webhooks.replaying import ReplayedDeliveries, Replaying, ReplayRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from letterhead.dialects.reply import Reply
    from letterhead.domains.domain import SendingDomain
    from letterhead.http.request import Request
    from letterhead.identities.identity import SenderIdentity
    from letterhead.outbound.exchange import OutboundHttp
    from letterhead.webhooks.delivery import Delivery
    from letterhead.webhooks.endpoint import Endpoint
    from letterhead.webhooks.fan_out import Jobs
    from letterhead.webhooks.managing import Managing, NewEndpoint
    from letterhead.webhooks.replaying import ReplayQueue, TestEvents

# Modules, each with the functions of its dialect's calls.
_WIRES: Mapping[Dialect, Any] = {
    Dialect.MAILERSEND: mailersend,
    Dialect.SENDARA: sendara,
    Dialect.SENDMAILOS: sendmailos,
}


class WebhookDomains(Protocol):
    """Where sending domains are kept."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""


class WebhookIdentities(Protocol):
    """Where sender identities are kept."""

    def by_id(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The account's identity of that id, or None."""


class ShownDeliveries(Protocol):
    """Where deliveries are kept."""

    def by_id(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """The delivery as it is now, or None."""

    def page(self, endpoint_id: str, *, before: str | None, most: int) -> Sequence[Delivery]:
        """The endpoint's deliveries, newest first, that are older than the one named."""

    def undelivered(self, endpoint_id: str) -> int:
        """How many of the endpoint's deliveries have no attempt left."""


class _Deliveries(ShownDeliveries, ReplayedDeliveries, Protocol):
    """Where deliveries are kept."""


class WebhookCalls:
    """The calls; `operations` has them by the names of the table of routes."""

    def __init__(
        self,
        managing: Managing,
        deliveries: _Deliveries,
        jobs: Jobs,
        replays: ReplayQueue,
        outbox: TestEvents,
        domains: WebhookDomains,
        identities: WebhookIdentities,
        http: OutboundHttp,
    ) -> None:
        self._managing = managing
        self._deliveries = deliveries
        self._replaying = Replaying(deliveries, jobs)
        self._replays = replays
        self._outbox = outbox
        self._domains = domains
        self._identities = identities
        self._http = http

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by its operation's name."""
        calls = (
            *(self.create, self.list, self.show, self.update, self.delete, self.rotate, self.test),
            *(self.deliveries, self.delivery, self.replay_one, self.replay),
        )
        return {f"webhooks.{call.__name__}": call for call in calls}

    def create(self, request: Request) -> Reply:
        """Make an endpoint; its secrets are shown this once."""
        wire = _WIRES[request.dialect]
        wanted: NewEndpoint = wire.read_creation(request.json, self._http.check_url)
        domain = self._restriction(request, wanted)
        made = self._managing.create(request.token, wanted, request.now)
        reply: Reply = wire.created(made.endpoint, made.secret, domain, request.now)
        return reply

    def list(self, request: Request) -> Reply:
        """The endpoints that the asking token may know of; in MailerSend's dialect those of one domain."""
        wire = _WIRES[request.dialect]
        domain_id, page = wire.read_list(request.query)
        domain = None if domain_id is None else self._domain(request, domain_id)
        found = self._managing.list(request.token)
        if domain is not None:
            found = tuple(endpoint for endpoint in found if endpoint.domain_id == domain.domain_id)
        reply: Reply = wire.listed(found, domain, page, request.base_url, request.now)
        return reply

    def show(self, request: Request) -> Reply:
        """One endpoint, with the number of its deliveries for which no attempt is left."""
        endpoint = self._found(request)
        secret = self._managing.secret_of(endpoint) if request.dialect is Dialect.SENDARA else None
        undelivered = self._deliveries.undelivered(endpoint.endpoint_id)
        return self._shown(request, endpoint, secret, undelivered)

    def update(self, request: Request) -> Reply:
        """Change what a body names."""
        before = self._found(request)
        change = _WIRES[request.dialect].read_change(request.json, self._http.check_url)
        after = self._managing.change(request.token, before, change, request.now)
        return self._shown(request, after, None, None)

    def delete(self, request: Request) -> Reply:
        """End an endpoint."""
        self._managing.delete(self._found(request))
        reply: Reply = _WIRES[request.dialect].deleted()
        return reply

    def rotate(self, request: Request) -> Reply:
        """Renew an endpoint's secrets; they are shown this once."""
        before = self._found(request)
        made = self._managing.rotate(request.token, before, read_overlap(request.json), request.now)
        domain = self._shown_domain(request, made.endpoint)
        reply: Reply = _WIRES[request.dialect].rotated(made.endpoint, made.secret, domain, request.now)
        return reply

    def test(self, request: Request) -> Reply:
        """Send a test by the way that all deliveries go."""
        endpoint = self._found(request)
        delivery = self._replaying.test(endpoint, self._outbox, identifiers.new_id, request.now)
        reply: Reply = _WIRES[request.dialect].delivery_shown(delivery, 202)
        return reply

    def deliveries(self, request: Request) -> Reply:
        """The endpoint's deliveries with their attempts, newest first."""
        endpoint = self._found(request)
        page = read_deliveries(request.query)
        found = self._deliveries.page(endpoint.endpoint_id, before=page.before, most=page.size)
        reply: Reply = _WIRES[request.dialect].deliveries_listed(endpoint, found, page, request.base_url)
        return reply

    def delivery(self, request: Request) -> Reply:
        """One delivery with its attempts."""
        endpoint = self._found(request)
        delivery = self._deliveries.by_id(endpoint.endpoint_id, _delivery_id(request))
        if delivery is None:
            raise DeliveryNotFoundError
        reply: Reply = _WIRES[request.dialect].delivery_shown(delivery)
        return reply

    def replay_one(self, request: Request) -> Reply:
        """Make one delivery again."""
        endpoint = self._found(request)
        delivery = self._replaying.one(endpoint, _delivery_id(request), request.now)
        reply: Reply = _WIRES[request.dialect].delivery_shown(delivery, 202)
        return reply

    def replay(self, request: Request) -> Reply:
        """Make the deliveries of a range of time again, or those of them for which no attempt is left."""
        endpoint = self._found(request)
        replay = read_replay(request.json)
        until = replay.until or request.now
        wanted = ReplayRequest(
            endpoint.account_id, endpoint.endpoint_id, replay.since, until, replay.only_failed
        )
        self._replays.ask_replay(wanted)
        reply: Reply = _WIRES[request.dialect].replay_accepted(replay, until)
        return reply

    def _found(self, request: Request) -> Endpoint:
        """The endpoint that the path names, before anything in the body counts."""
        endpoint_id: str = _WIRES[request.dialect].read_id(request.parameters["webhook"])
        return self._managing.find(request.token, endpoint_id)

    def _restriction(self, request: Request, wanted: NewEndpoint) -> SendingDomain | None:
        """The domain that a new endpoint is restricted to; raises `InvalidFieldsError` for what the caller doesn't see."""
        domain = None
        if wanted.domain_id is not None:
            domain = self._domain(request, wanted.domain_id)
        if wanted.identity_id is not None:
            found = self._identities.by_id(request.account_id, wanted.identity_id)
            sees = found is not None and request.token.sees_identity(
                found.identity_id, found.domain.domain_id
            )
            if found is None or not sees or wanted.domain_id not in (None, found.domain.domain_id):
                raise InvalidFieldsError({"identity_id": (NO_SUCH_IDENTITY,)})
        return domain

    def _domain(self, request: Request, domain_id: str) -> SendingDomain:
        domain = None
        if request.token.sees_domain(domain_id):
            domain = self._domains.by_id(request.account_id, domain_id)
        if domain is None or domain.leaving:
            wire = _WIRES[request.dialect]
            raise InvalidFieldsError(
                {"domain_id": (wire.DOMAIN_NEEDED if wire.NEEDS_DOMAIN else NO_SUCH_DOMAIN,)}
            )
        return domain

    def _shown_domain(self, request: Request, endpoint: Endpoint) -> SendingDomain | None:
        if request.dialect is not Dialect.MAILERSEND or endpoint.domain_id is None:
            return None
        return self._domains.by_id(request.account_id, endpoint.domain_id)

    def _shown(self, request: Request, endpoint: Endpoint, secret: Any, undelivered: int | None) -> Reply:
        domain = self._shown_domain(request, endpoint)
        reply: Reply = _WIRES[request.dialect].shown(endpoint, secret, domain, undelivered, request.now)
        return reply


def _delivery_id(request: Request) -> str:
    found: str | None = _WIRES[request.dialect].read_delivery_id(request.parameters["delivery"])
    if found is None:
        raise DeliveryNotFoundError
    return found
