"""Changing a sender identity. What its owner consented to is the address under the domain: a change of these asks again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.identities.creation import DomainLookup, usable_domain
from letterhead.identities.from_mode import refuse_hopeless
from letterhead.identities.identity import (
    FromMode,
    IdentityChangedError,
    IdentityDomain,
    IdentityNotFoundError,
    IdentityStatus,
    SenderIdentity,
    sure_failure,
    with_provider_asked,
)
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.addresses import EmailAddress
    from letterhead.identities.forecast import Forecast, Forecaster
    from letterhead.identities.limits import MailLimits

# Whoever writes at the same moment makes one more necessary.
_ATTEMPTS = 12


class IncompleteIdentityError(Exception):
    """A field of the changed identity needs another one, which it lacks; `field` is the lacking one."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class ChangeableIdentities(Protocol):
    """Where sender identities are kept."""

    def by_id_now(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The identity as it is now (strongly consistent), or None."""

    def replace(self, before: SenderIdentity, after: SenderIdentity) -> None:
        """Store `after`, if what is stored is still `before`.

        Raises `IdentityChangedError` when it isn't, `AddressTakenError` when another of the account's identities has the
        new address.
        """


@value_type
class IdentityChange:
    """What a caller wants otherwise. None leaves a field as it is; `cleared` names the optional fields to be emptied."""

    domain_id: str | None = None
    email: EmailAddress | None = None
    name: str | None = None
    reply_to_email: EmailAddress | None = None
    reply_to_name: str | None = None
    add_note: bool | None = None
    personal_note: str | None = None
    from_mode: FromMode | None = None
    cleared: frozenset[str] = frozenset()


def update(
    identity: SenderIdentity,
    change: IdentityChange,
    *,
    domains: DomainLookup,
    store: ChangeableIdentities,
    limits: MailLimits,
    forecaster: Forecaster,
    now: datetime,
) -> SenderIdentity:
    """Change an identity and answer it as it is then; a change that changes nothing writes nothing.

    Another address, domain or From mode takes a new forecast.

    Raises `UnknownDomainError`, `DomainNotVerifiedError`, `AddressTakenError`, `IncompleteIdentityError`,
    `TooManyMailsError`, `FromModeRefusedError`, and `IdentityNotFoundError` when it was deleted meanwhile.
    """
    moved_to = None
    if change.domain_id not in (None, identity.domain.domain_id):
        moved_to = usable_domain(identity.account_id, str(change.domain_id), domains)
    made: dict[tuple[str, str], Forecast] = {}
    for _ in range(_ATTEMPTS):
        after = changed(identity, change, moved_to, now)
        if after == identity:
            return identity
        if _mail_differs(identity, after):
            key = after.email.domain, after.domain.domain_id
            if key in made:
                after = replace(after, forecast=made[key])
            else:
                after = _with_forecast(after, moved_to, domains, forecaster, now)
                if after.forecast is not None:
                    made[key] = after.forecast
            refuse_hopeless(after)
        if after.generation != identity.generation:
            limits.check(after.email.key, after.account_id, now)
        try:
            store.replace(identity, after)
        except IdentityChangedError:
            identity = _again(identity, store)
        else:
            return after
    raise UnavailableError


def changed(
    identity: SenderIdentity, change: IdentityChange, moved_to: SendingDomain | None, now: datetime
) -> SenderIdentity:
    """The identity after a change; raises `IncompleteIdentityError`."""
    reply_to_cleared = "reply_to_email" in change.cleared
    kept_reply_to_name = (
        None if reply_to_cleared or "reply_to_name" in change.cleared else identity.reply_to_name
    )
    after = replace(
        identity,
        email=change.email or identity.email,
        domain=IdentityDomain.of(moved_to) if moved_to else identity.domain,
        name=change.name or identity.name,
        reply_to_email=change.reply_to_email or (None if reply_to_cleared else identity.reply_to_email),
        reply_to_name=change.reply_to_name or kept_reply_to_name,
        add_note=identity.add_note if change.add_note is None else change.add_note,
        personal_note=change.personal_note
        or (None if "personal_note" in change.cleared else identity.personal_note),
        from_mode=change.from_mode or identity.from_mode,
        lapsed=identity.lapsed and moved_to is None,
    )
    if after.reply_to_name is not None and after.reply_to_email is None:
        raise IncompleteIdentityError("reply_to_email")
    if after.add_note and after.personal_note is None:
        raise IncompleteIdentityError("personal_note")
    if (after.email.key, after.domain.domain_id) != (identity.email.key, identity.domain.domain_id):
        after = asked_again(after)
    elif _mail_differs(identity, after):
        after = with_provider_asked(after)
    return after if after == identity else replace(after, updated_at=now)


def asked_again(identity: SenderIdentity) -> SenderIdentity:
    """The identity with a new generation: its old link is dead, its owner is asked anew."""
    return replace(
        identity,
        generation=identity.generation + 1,
        status=IdentityStatus.PENDING,
        decided_at=None,
        expires_at=None,
        mail_failure=sure_failure(identity.email),
        exact=None,
    )


def _mail_differs(before: SenderIdentity, after: SenderIdentity) -> bool:
    """Whether the mail goes out From another address, as its provider sees it, or through another domain."""
    return (before.email.deliverable, before.domain.domain_id, before.from_mode) != (
        after.email.deliverable,
        after.domain.domain_id,
        after.from_mode,
    )


def _with_forecast(
    identity: SenderIdentity,
    moved_to: SendingDomain | None,
    domains: DomainLookup,
    forecaster: Forecaster,
    now: datetime,
) -> SenderIdentity:
    domain = moved_to or domains.by_id(identity.account_id, identity.domain.domain_id)
    if domain is None:
        return identity
    return replace(identity, forecast=forecaster.forecast(identity.email.domain, domain, now))


def _again(identity: SenderIdentity, store: ChangeableIdentities) -> SenderIdentity:
    found = store.by_id_now(identity.account_id, identity.identity_id)
    if found is None:
        raise IdentityNotFoundError
    return found
