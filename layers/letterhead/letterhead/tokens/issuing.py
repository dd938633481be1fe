"""Making a token by means of another one, which it can never exceed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.tokens import token as tokens
from letterhead.tokens.account_token import AccountToken
from letterhead.tokens.authority import check_own_secret
from letterhead.tokens.grant import Grant
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.identity import SenderIdentity
    from letterhead.tokens.token import ApiToken, IssuedToken

NO_SUCH_DOMAIN = "The selected domain id is invalid."
NO_SUCH_IDENTITY = "The selected identity id is invalid."


class GrantRefusedError(Exception):
    """A token can't be made as asked; maps each field that is to blame to what is wrong with it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = dict(fields)


class RestrictionGoneError(Exception):
    """The domain or the identity that a new token was to be restricted to has been deleted meanwhile."""


@value_type
class NewToken:
    """What a caller asks for. Whatever is None becomes the asking token's own."""

    name: str
    scopes: frozenset[str]
    test_mode: bool | None = None
    expires_at: datetime | None = None
    domain_id: str | None = None
    identity_id: str | None = None
    allowed_networks: tuple[str, ...] | None = None


class RestrictedDomains(Protocol):
    """Where sending domains are kept."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""


class RestrictedIdentities(Protocol):
    """Where sender identities are kept."""

    def by_id(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The account's identity of that id, or None."""


class NewTokenStore(Protocol):
    """Where an account's tokens are kept."""

    def add(
        self, token: AccountToken, *, domain: SendingDomain | None, identity: SenderIdentity | None
    ) -> None:
        """Store a new token, if its account isn't suspended and what it is restricted to still is there.

        Raises `AccountSuspendedError`, `RestrictionGoneError`.
        """


@value_type
class CreatedToken:
    """A token just made, as its account sees it, with the one chance to read its text."""

    token: AccountToken
    text: str


def create(
    wanted: NewToken,
    *,
    caller: ApiToken,
    token_id: str,
    domains: RestrictedDomains,
    identities: RestrictedIdentities,
    store: NewTokenStore,
    now: datetime,
) -> CreatedToken:
    """Make a token in the caller's dialect.

    Raises `GrantRefusedError` naming every field that goes beyond the caller's own or names a domain or an identity that the
    caller doesn't see, `ReplacedSecretError`, `AccountSuspendedError`.
    """
    check_own_secret(caller)
    grant = _grant(wanted, caller.grant)
    wrong = dict.fromkeys(grant.beyond(caller.grant), "")
    wrong = {
        field: f"The {field.replace('_', ' ')} can't go beyond the asking token's own." for field in wrong
    }
    if grant.expires_at is not None and grant.expires_at <= now:
        wrong["expires_at"] = "The expires at must be a date in the future."
    domain, identity = _restriction(grant, caller, domains, identities, wrong)
    if wrong:
        raise GrantRefusedError(wrong)
    issued = _issue(wanted.name, grant, caller, token_id, now)
    token = AccountToken.of(issued.token, domain.shown_name if domain else None)
    try:
        store.add(token, domain=domain, identity=identity)
    except RestrictionGoneError as error:
        gone = {"identity_id": NO_SUCH_IDENTITY} if identity else {"domain_id": NO_SUCH_DOMAIN}
        raise GrantRefusedError(gone) from error
    return CreatedToken(token, issued.text)


def _grant(wanted: NewToken, own: Grant) -> Grant:
    """What is asked for, each thing that isn't said taken from the caller's own."""
    networks = wanted.allowed_networks
    return Grant(
        scopes=wanted.scopes,
        test_mode=own.test_mode if wanted.test_mode is None else wanted.test_mode,
        expires_at=wanted.expires_at or own.expires_at,
        domain_id=wanted.domain_id or own.domain_id,
        identity_id=wanted.identity_id or own.identity_id,
        allowed_networks=own.allowed_networks if networks is None else networks,
    )


def _restriction(
    grant: Grant,
    caller: ApiToken,
    domains: RestrictedDomains,
    identities: RestrictedIdentities,
    wrong: dict[str, str],
) -> tuple[SendingDomain | None, SenderIdentity | None]:
    """The domain and the identity that a grant names; adds to `wrong` what there isn't, or isn't for this caller."""
    domain: SendingDomain | None = None
    identity: SenderIdentity | None = None
    if grant.domain_id is not None:
        in_reach = caller.domain_id in (None, grant.domain_id)
        domain = domains.by_id(caller.account_id, grant.domain_id) if in_reach else None
        if domain is None:
            wrong["domain_id"] = NO_SUCH_DOMAIN
    if grant.identity_id is not None:
        identity = identities.by_id(caller.account_id, grant.identity_id)
        if identity is None or not _is_for(identity, grant, caller):
            wrong["identity_id"] = NO_SUCH_IDENTITY
    return domain, identity


def _is_for(identity: SenderIdentity, grant: Grant, caller: ApiToken) -> bool:
    domain_id = identity.domain.domain_id
    return caller.sees_identity(identity.identity_id, domain_id) and grant.domain_id in (None, domain_id)


def _issue(name: str, grant: Grant, caller: ApiToken, token_id: str, now: datetime) -> IssuedToken:
    return tokens.issue(
        token_id=token_id,
        account_id=caller.account_id,
        dialect=caller.dialect,
        name=name,
        scopes=grant.scopes,
        now=now,
        test_mode=grant.test_mode,
        expires_at=grant.expires_at,
        domain_id=grant.domain_id,
        identity_id=grant.identity_id,
        allowed_networks=grant.allowed_networks,
        limits=caller.limits,
        settings=caller.settings,
    )
