"""The calls about API tokens, the same in all three dialects: create, list, show, rename, pause, rotate, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from letterhead import identifiers
from letterhead.dialects.mailersend import quota as mailersend_quota
from letterhead.dialects.mailersend import tokens as mailersend
from letterhead.dialects.sendara import keys as sendara
from letterhead.dialects.sendmailos import api_keys as sendmailos
from letterhead.dialects.token_fields import read_overlap
from letterhead.tokens import issuing, management, rotation
from letterhead.tokens.authority import check_may_change, check_may_hold, check_own_secret
from letterhead.tokens.dialect import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.http.gate import Gate
    from letterhead.http.request import Request
    from letterhead.tokens.account_token import AccountToken
    from letterhead.tokens.token import ApiToken

# Modules, each with the functions of its dialect's calls; which of them it needs the table of routes says.
_WIRES: Mapping[Dialect, Any] = {
    Dialect.MAILERSEND: mailersend,
    Dialect.SENDARA: sendara,
    Dialect.SENDMAILOS: sendmailos,
}


class _Store(issuing.NewTokenStore, management.TokenStore, rotation.RotatingStore, Protocol):
    """Where an account's tokens are kept."""


class TokenCalls:
    """The calls; `operations` has them by the names of the table of routes."""

    def __init__(
        self,
        store: _Store,
        domains: issuing.RestrictedDomains,
        identities: issuing.RestrictedIdentities,
        gate: Gate,
    ) -> None:
        self._store = store
        self._domains = domains
        self._identities = identities
        self._gate = gate

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by its operation's name."""
        calls = (
            *(self.create, self.list, self.show, self.rename, self.pause, self.rotate, self.delete),
            self.quota,
        )
        return {f"tokens.{call.__name__}": call for call in calls}

    def create(self, request: Request) -> Reply:
        """Make a token that can't do more than the one that asks."""
        check_own_secret(request.token)
        wire = _WIRES[request.dialect]
        made = issuing.create(
            wire.read_creation(request.json),
            caller=request.token,
            token_id=identifiers.new_id(request.now),
            domains=self._domains,
            identities=self._identities,
            store=self._store,
            now=request.now,
        )
        reply: Reply = wire.created(made, request.now)
        return reply

    def list(self, request: Request) -> Reply:
        """The tokens that the asking one may know of."""
        wire = _WIRES[request.dialect]
        page = management.page_of(request.token, wire.read_list(request.query), self._store)
        reply: Reply = wire.listed(page, request.base_url, request.now)
        return reply

    def show(self, request: Request) -> Reply:
        """One token."""
        return _shown(request, management.look_at(request.token, _token_id(request), self._store))

    def rename(self, request: Request) -> Reply:
        """Give a token another name, and other scopes if they are named."""
        return self._changed(request, mailersend.read_change)

    def pause(self, request: Request) -> Reply:
        """Pause a token, or let it go on."""
        return self._changed(request, mailersend.read_pause)

    def rotate(self, request: Request) -> Reply:
        """Give a token another secret."""
        token = self._found(request, check_may_hold)
        overlap = read_overlap(request.json)
        made = rotation.rotate(request.token, token, overlap, store=self._store, now=request.now)
        reply: Reply = _WIRES[request.dialect].rotated(made, request.now)
        return reply

    def delete(self, request: Request) -> Reply:
        """End a token."""
        management.delete(request.token, self._found(request, check_may_change), self._store)
        reply: Reply = _WIRES[request.dialect].deleted()
        return reply

    def _changed(
        self, request: Request, read: Callable[[Mapping[str, object]], management.TokenChange]
    ) -> Reply:
        token = self._found(request, check_may_change)
        change = read(request.json)
        return _shown(
            request, management.change(request.token, token, change, store=self._store, now=request.now)
        )

    def _found(self, request: Request, check: Callable[[ApiToken, AccountToken], None]) -> AccountToken:
        """The token that the path names, if the asking one may do this to it: before anything in the body counts."""
        token = management.find(request.token, _token_id(request), self._store)
        check(request.token, token)
        return token

    def quota(self, request: Request) -> Reply:
        """`GET /v1/api-quota`: what is left of the day's sends."""
        return mailersend_quota.render(self._gate.quota(request.token, request.now))


def _token_id(request: Request) -> str:
    found: str = _WIRES[request.dialect].read_id(request.parameters["token"])
    return found


def _shown(request: Request, token: AccountToken) -> Reply:
    reply: Reply = _WIRES[request.dialect].shown(token, request.now)
    return reply
