"""Registering a domain: a saga of small steps, each of which can be the last one before a crash or a throttle.

claim the name (one transaction) -> the provider's identity -> MAIL FROM -> complete. Whoever calls next, a repeated
registration, a verification or the request that is queued when a step fails, goes on from the step that is missing. Every step
may be repeated without harm. Whoever was told to try again later gets the answer that it missed. A contested name stops after
the claim: nothing is done at the provider before it is proven.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead.domains.claims import ViewOutdatedError
from letterhead.domains.domain import (
    DomainChangedError,
    DomainExistsError,
    Ownership,
    Registration,
    SendingDomain,
)
from letterhead.domains.ports import (
    Added,
    CompletionRequests,
    ForeignIdentityError,
    ProviderIdentity,
    ProviderRefusedError,
    Surroundings,
)
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from letterhead.domains.names import DomainName

ATTEMPTS = 8


class NameReservedError(Exception):
    """The name is one of the operator's own hosts, or lies below one."""


@value_type
class NewDomain:
    """What a caller asks to register."""

    name: DomainName
    mail_from_label: str
    external_id: str | None = None
    metadata: Mapping[str, object] | None = None
    settings: Mapping[str, object] | None = None


@value_type
class Applicant:
    """Who registers. `most` is how many domains the account may have, None for any number."""

    account_id: str
    most: int | None = None


@value_type
class Deployment:
    """Where: the provider's region, and the operator's own hosts, which nobody can register."""

    region: str
    reserved: frozenset[str] = frozenset()


def register(
    wanted: NewDomain,
    applicant: Applicant,
    *,
    domain_id: str,
    challenge: str,
    deployment: Deployment,
    outside: Surroundings,
    now: datetime,
) -> SendingDomain:
    """Register a domain, or complete a registration of this account that stopped half-way.

    Raises `NameReservedError`, `DomainExistsError`, `LimitReachedError`, `ProviderBusyError`, `ProviderRefusedError`.
    """
    name = wanted.name
    if any(name.ascii == host or name.ascii.endswith(f".{host}") for host in deployment.reserved):
        raise NameReservedError
    domain = SendingDomain(
        account_id=applicant.account_id,
        domain_id=domain_id,
        name=name.ascii,
        shown_name=name.shown,
        registrable=name.registrable,
        region=deployment.region,
        mail_from_domain=f"{wanted.mail_from_label}.{name.ascii}",
        challenge=challenge,
        created_at=now,
        updated_at=now,
        external_id=wanted.external_id,
        metadata=dict(wanted.metadata or {}),
        settings=dict(wanted.settings or {}),
    )
    try:
        claimed = _claim(domain, applicant.most, outside, now)
    except DomainExistsError:
        return _go_on(domain, outside, now)
    return claimed if claimed.contested else provide(claimed, outside, now)[0]


def complete(
    domain: SendingDomain, outside: Surroundings, *, now: datetime, answers: bool = True
) -> SendingDomain:
    """Take the steps that a domain's registration still lacks; a contested one is left as it is.

    `answers` says whether the account hears of it. Raises `ProviderBusyError`, `ProviderRefusedError`.
    """
    if domain.registration is not Registration.CLAIMED:
        return domain
    if not domain.held:
        view = outside.store.view(domain.account_id, domain.name, domain.registrable)
        if view.contest(domain.account_id, now):
            return stand(domain, Ownership.CONTESTED, outside, now)
    return provide(domain, outside, now, answers=answers)[0]


def provide(
    domain: SendingDomain, outside: Surroundings, now: datetime, *, answers: bool = True
) -> tuple[SendingDomain, ProviderIdentity | None]:
    """Have the provider ready for a domain that may change it: one whose name is held, or was seen not to be contested.

    Answers the domain and what the provider has then; nothing where an identity of somebody else's turned up, which makes the
    name contested. When the provider can't do it now, somebody will go on later.
    """
    provider = outside.provider
    with completed_later(domain, outside.completions):
        try:
            identity = provider.ensure_identity(domain.name, domain.domain_id, take_over=domain.held)
        except ForeignIdentityError:
            return stand(domain, Ownership.CONTESTED, outside, now), None
        if identity.mail_from_domain != domain.mail_from_domain:
            provider.ensure_mail_from(domain.name, domain.mail_from_domain)
    known = (identity.dkim_tokens, identity.signing_hosted_zone) == (
        domain.dkim_tokens,
        domain.signing_hosted_zone,
    )
    if known and domain.registration is Registration.COMPLETE:
        return domain, identity
    completed = replace(
        domain if domain.held else domain.standing(Ownership.UNCONTESTED, now),
        dkim_tokens=identity.dkim_tokens,
        signing_hosted_zone=identity.signing_hosted_zone,
        registration=Registration.COMPLETE,
        answered=domain.answered or answers,
        updated_at=now,
    )
    return outside.store.save(completed, before=domain), identity


def stand(domain: SendingDomain, ownership: Ownership, outside: Surroundings, now: datetime) -> SendingDomain:
    """Store how an account stands to a name that it doesn't hold."""
    return outside.store.save(domain.standing(ownership, now), before=domain)


@contextmanager
def completed_later(domain: SendingDomain, completions: CompletionRequests) -> Iterator[None]:
    """Whatever stops in here because somebody doesn't answer or refuses is asked to be completed later."""
    try:
        yield
    except (UnavailableError, ProviderRefusedError):
        # Without it the next call of the account goes on just as well.
        with suppress(UnavailableError):
            completions.ask(domain.account_id, domain.domain_id)
        raise


def _claim(domain: SendingDomain, most: int | None, outside: Surroundings, now: datetime) -> SendingDomain:
    for _ in range(ATTEMPTS):
        view = outside.store.view(domain.account_id, domain.name, domain.registrable)
        contested = view.contest(domain.account_id, now) is not None
        ownership = Ownership.CONTESTED if contested else Ownership.UNCONTESTED
        claimed = replace(domain, ownership=ownership, answered=contested)
        here = view.here.claimed(domain.account_id, domain.domain_id, now)
        try:
            outside.store.settle(view, here, [Added(claimed, most)])
        except ViewOutdatedError:
            continue
        return claimed
    raise UnavailableError


def _go_on(asked: SendingDomain, outside: Surroundings, now: datetime) -> SendingDomain:
    """What becomes of a registration that meets the account's own domain of that name."""
    domain = outside.store.now_by_name(asked.account_id, asked.name)
    if domain is None:
        raise DomainChangedError
    if domain.leaving:
        outside.completions.ask(domain.account_id, domain.domain_id)
        raise DomainChangedError
    if domain.registration is Registration.COMPLETE and not domain.answered:
        return outside.store.save(replace(domain, answered=True), before=domain)
    if domain.registration is Registration.COMPLETE or domain.contested:
        raise DomainExistsError
    # Nobody has been told of the first try: what counts is what the account says now.
    said = replace(domain, external_id=asked.external_id, metadata=asked.metadata, settings=asked.settings)
    return complete(outside.store.save(said, before=domain), outside, now=now)
