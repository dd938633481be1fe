"""Sender identities over HTTP: each call reads the request, does one thing and answers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from letterhead import identifiers
from letterhead.dialects.mailersend import identities as wire
from letterhead.identities.changes import ChangeableIdentities, update
from letterhead.identities.creation import DomainLookup, NewIdentityStore, create
from letterhead.identities.exact_sending import (
    AddressProvider,
    AddressRefusedError,
    ExactIdentities,
    followed,
    let_go,
    uses_same_entry,
)
from letterhead.identities.identity import IdentityNotFoundError, SenderIdentity
from letterhead.identities.pages import PagedIdentities, page_of
from letterhead.identities.renewal import ForecastIdentities, renewed
from letterhead.identities.resending import resend
from letterhead.tokens.restriction import DomainsInReach, IdentitiesInReach, RestrictedTokens, end_with
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.http.request import Request
    from letterhead.identities.forecast import Forecaster
    from letterhead.identities.limits import MailLimits


class IdentityStore(
    NewIdentityStore, PagedIdentities, ChangeableIdentities, ForecastIdentities, ExactIdentities, Protocol
):
    """Where sender identities are kept, as the calls need it."""

    def by_id(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The account's identity of that id, or None."""

    def by_email(self, account_id: str, address_key: str) -> SenderIdentity | None:
        """The account's identity of that address (folded), or None."""

    def remove(self, identity: SenderIdentity) -> None:
        """Forget an identity; raises `IdentityNotFoundError` when it isn't there any more."""


class RestrictedEndpoints(Protocol):
    """The webhook endpoints that are told of some identities alone."""

    def forget_those_of(self, account_id: str, *, identity_ids: Collection[str]) -> None:
        """Forget every endpoint that is restricted to one of these identities; twice is once."""


class IdentityCalls:
    """The calls on `/v1/identities`. An identity is named by its id or by its address."""

    def __init__(
        self,
        *,
        store: IdentityStore,
        domains: DomainLookup,
        tokens: RestrictedTokens,
        endpoints: RestrictedEndpoints,
        rules: wire.IdentityRules,
        limits: MailLimits,
        forecaster: Forecaster,
        provider: AddressProvider,
    ) -> None:
        self._store = store
        self._domains = domains
        self._tokens = tokens
        self._endpoints = endpoints
        self._rules = rules
        self._limits = limits
        self._forecaster = forecaster
        self._provider = provider

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {
            "identities.create": self.create,
            "identities.list": self.list,
            "identities.show": self.show,
            "identities.update": self.update,
            "identities.delete": self.delete,
            "identities.resend": self.resend,
        }

    def create(self, request: Request) -> Reply:
        """`POST /v1/identities`."""
        identity = create(
            wire.read_creation(request.json, self._rules),
            account_id=request.account_id,
            identity_id=identifiers.new_id(request.now),
            domains=DomainsInReach(self._domains, request.token),
            store=self._store,
            limits=self._limits,
            forecaster=self._forecaster,
            now=request.now,
            most=request.token.limits.identities,
        )
        request.subject.domain_id = identity.domain.domain_id
        return wire.created(identity, request.now)

    def list(self, request: Request) -> Reply:
        """`GET /v1/identities`."""
        wanted = wire.read_list(request.query)
        page = page_of(
            request.account_id,
            wanted,
            store=IdentitiesInReach(self._store, request.token),
            domains=DomainsInReach(self._domains, request.token),
        )
        return wire.listed(page, request.base_url, request.now)

    def show(self, request: Request) -> Reply:
        """`GET /v1/identities/{identity}` and `…/email/{email}`."""
        identity = renewed(
            self._followed(request),
            domains=self._domains,
            store=self._store,
            forecaster=self._forecaster,
            now=request.now,
        )
        return wire.shown(identity, request.now)

    def update(self, request: Request) -> Reply:
        """`PUT /v1/identities/{identity}` and `…/email/{email}`."""
        before = self._followed(request)
        identity = update(
            before,
            wire.read_change(request.json, self._rules),
            domains=DomainsInReach(self._domains, request.token),
            store=self._store,
            limits=self._limits,
            forecaster=self._forecaster,
            now=request.now,
        )
        if before.exact is not None and not uses_same_entry(before, identity):
            # What stays there if this fails serves nobody, and whoever needs the address next clears it away.
            with suppress(UnavailableError, AddressRefusedError):
                let_go(before, self._provider)
        return wire.shown(identity, request.now)

    def delete(self, request: Request) -> Reply:
        """`DELETE /v1/identities/{identity}` and `…/email/{email}`; the provider's entry goes first."""
        identity = self._named(request)
        let_go(identity, self._provider)
        self._endpoints.forget_those_of(identity.account_id, identity_ids=[identity.identity_id])
        end_with(
            lambda: self._store.remove(identity),
            self._tokens,
            identity.account_id,
            identity_id=identity.identity_id,
        )
        self._endpoints.forget_those_of(identity.account_id, identity_ids=[identity.identity_id])
        return wire.deleted()

    def resend(self, request: Request) -> Reply:
        """`POST /v1/identities/{identity}/resend`."""
        identity = resend(
            self._followed(request),
            domains=self._domains,
            store=self._store,
            limits=self._limits,
            now=request.now,
        )
        return wire.shown(identity, request.now)

    def _followed(self, request: Request) -> SenderIdentity:
        return followed(
            self._named(request),
            provider=self._provider,
            store=self._store,
            now=request.now,
            event_id=identifiers.new_id(request.now),
        )

    def _named(self, request: Request) -> SenderIdentity:
        if "email" in request.parameters:
            address = wire.read_email(request.parameters["email"], self._rules)
            found = self._store.by_email(request.account_id, address.key)
        else:
            found = self._store.by_id(request.account_id, wire.read_id(request.parameters["identity"]))
        if found is None or not request.token.sees_identity(found.identity_id, found.domain.domain_id):
            raise IdentityNotFoundError
        request.subject.domain_id = found.domain.domain_id
        return found
