"""Registering a domain: a saga of small steps, each of which can be the last one before a crash or a throttle.

claim the name (one transaction) -> the provider's identity -> MAIL FROM -> complete. Whoever calls next, a repeated
registration, a verification or the request that is queued when a step fails, goes on from the step that is missing. Every step
may be repeated without harm. Whoever was told to try again later gets the answer that it missed; of several who ask at the same
time one gets it. What the provider refuses is let go of again. A contested name stops after the claim: nothing is done at the
provider before it is proven.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from letterhead.domains.claims import ATTEMPTS, ViewOutdatedError
from letterhead.domains.domain import (
    DomainChangedError,
    DomainExistsError,
    DomainNotFoundError,
    Ownership,
    Registration,
    SendingDomain,
)
from letterhead.domains.parting import let_go, take_back
from letterhead.domains.ports import (
    Added,
    CompletionRequests,
    DomainStore,
    ForeignIdentityError,
    ProviderIdentity,
    ProviderRefusedError,
    Surroundings,
)
from letterhead.unavailable import UnavailableError
from letterhead.values import replace, value_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from letterhead.domains.names import DomainName


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
    """Where: the provider's region, and the operator's own hosts, which nobody can register. `reports_to` is the operator's
    address for DMARC reports; empty where each domain has its own."""

    region: str
    reserved: frozenset[str] = frozenset()
    reports_to: str = ""


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

    Raises `NameReservedError`, `DomainExistsError`, `LimitReachedError`, `ProviderBusyError`, `NameRefusedError`,
    `ProviderRefusedError`.
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
        reports_to=deployment.reports_to,
        mail_from_domain=f"{wanted.mail_from_label}.{name.ascii}",
        challenge=challenge,
        created_at=now,
        updated_at=now,
        external_id=wanted.external_id,
        metadata=dict(wanted.metadata or {}),
        settings=dict(wanted.settings or {}),
        due_at=outside.rhythm.due_after_registration(now),
    )
    try:
        claimed = _claim(domain, applicant.most, outside, now)
    except DomainExistsError:
        return _go_on(domain, outside, now)
    if claimed.contested:
        return claimed
    try:
        return _provided(claimed, claimed, outside, now)
    except (DomainChangedError, DomainNotFoundError):
        return _go_on(domain, outside, now)


def complete(
    domain: SendingDomain, outside: Surroundings, *, now: datetime, answers: bool = True
) -> SendingDomain:
    """Take the steps that a domain's registration still lacks; a contested one is left as it is.

    `answers` says whether the account hears of it. Raises `ProviderBusyError`, `ProviderRefusedError`.
    """
    if domain.registration is not Registration.CLAIMED:
        return domain
    if _has_become_contested(domain, outside, now):
        return stand(domain, Ownership.CONTESTED, outside, now)
    return provide(domain, outside, now, answers=answers)[0]


def provide(
    domain: SendingDomain,
    outside: Surroundings,
    now: datetime,
    *,
    answers: bool = True,
    before: SendingDomain | None = None,
) -> tuple[SendingDomain, ProviderIdentity | None]:
    """Have the provider ready for a domain that may change it: one whose name is held, or was seen not to be contested.

    Answers the domain and what the provider has then; nothing where an identity of somebody else's turned up, which makes the
    name contested. `before` is the domain as it is stored, where `domain` differs from that. When the provider can't do it now,
    somebody will go on later. Raises, besides what the provider does, `DomainChangedError` and `DomainNotFoundError`.
    """
    provider, before = outside.provider, before or domain
    with completed_later(domain, outside.completions):
        try:
            identity = provider.ensure_identity(domain.name, domain.domain_id, take_over=domain.held)
        except ForeignIdentityError:
            contested = replace(domain, answered=domain.answered or answers)
            return outside.store.save(contested.standing(Ownership.CONTESTED, now), before=before), None
        if identity.mail_from_domain != domain.mail_from_domain:
            provider.ensure_mail_from(domain.name, domain.mail_from_domain)
    known = (identity.dkim_tokens, identity.signing_hosted_zone) == (
        domain.dkim_tokens,
        domain.signing_hosted_zone,
    )
    if known and domain == before and domain.registration is Registration.COMPLETE:
        return domain, identity
    completed = replace(
        domain if domain.held else domain.standing(Ownership.UNCONTESTED, now),
        dkim_tokens=identity.dkim_tokens,
        signing_hosted_zone=identity.signing_hosted_zone,
        registration=Registration.COMPLETE,
        answered=domain.answered or answers,
        version=domain.version + 1,
        updated_at=now,
    )
    try:
        return outside.store.save(completed, before=before), identity
    except (DomainChangedError, DomainNotFoundError):
        take_back(domain, outside)
        raise


def stand(domain: SendingDomain, ownership: Ownership, outside: Surroundings, now: datetime) -> SendingDomain:
    """Store how an account stands to a name that it doesn't hold. Raises `DomainChangedError`, `DomainNotFoundError`."""
    try:
        return outside.store.save(domain.standing(ownership, now), before=domain)
    except DomainChangedError:
        return changed_alike(domain, ownership, outside.store)


def changed_alike(domain: SendingDomain, ownership: Ownership, store: DomainStore) -> SendingDomain:
    """The domain as it is now, where another call of the account has come to the same ownership at the same moment.

    Raises `DomainChangedError` when it is anything else.
    """
    found = store.now_by_name(domain.account_id, domain.name)
    if found is None or found.leaving or (found.domain_id, found.ownership) != (domain.domain_id, ownership):
        raise DomainChangedError
    return found


@contextmanager
def completed_later(domain: SendingDomain, completions: CompletionRequests) -> Iterator[None]:
    """Whatever stops in here because somebody doesn't answer or refuses is asked to be completed later."""
    try:
        yield
    except (UnavailableError, ProviderRefusedError):
        # Without it the next call of the account goes on just as well.
        with suppress(UnavailableError):
            completions.ask(domain.account_id, domain.domain_id, domain.name)
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
    """What becomes of a registration that meets the account's own domain of that name.

    Nobody has been told of an earlier try: what counts is what the account says now. Whoever is first to store that it is told
    has the answer; all the others come too late.
    """
    for _ in range(ATTEMPTS):
        found = _untold(asked, outside)
        said = replace(
            found,
            shown_name=asked.shown_name,
            mail_from_domain=asked.mail_from_domain,
            external_id=asked.external_id,
            metadata=asked.metadata,
            settings=asked.settings,
        )
        try:
            if _has_become_contested(said, outside, now):
                told = replace(said, answered=True).standing(Ownership.CONTESTED, now)
            elif (
                found.registration is Registration.COMPLETE
                and said.mail_from_domain == found.mail_from_domain
            ):
                told = replace(said, answered=True, version=said.version + 1)
            else:
                return _provided(said, found, outside, now)
            return outside.store.save(told, before=found)
        except (DomainChangedError, DomainNotFoundError):
            continue
    raise UnavailableError


def _provided(
    said: SendingDomain, before: SendingDomain, outside: Surroundings, now: datetime
) -> SendingDomain:
    """A registration completed and answered, or refused and let go of."""
    try:
        return provide(said, outside, now, before=before)[0]
    except ProviderRefusedError:
        let_go(before, outside, now)
        raise


def _untold(asked: SendingDomain, outside: Surroundings) -> SendingDomain:
    """The account's domain of that name, if the account has had no answer to its registration yet."""
    domain = outside.store.now_by_name(asked.account_id, asked.name)
    if domain is None:
        raise DomainChangedError
    if domain.leaving:
        outside.completions.ask(domain.account_id, domain.domain_id, domain.name)
        raise DomainChangedError
    if domain.answered or domain.contested:
        raise DomainExistsError
    return domain


def _has_become_contested(domain: SendingDomain, outside: Surroundings, now: datetime) -> bool:
    """Whether somebody else has to do with a name by now that isn't held."""
    if domain.held:
        return False
    view = outside.store.view(domain.account_id, domain.name, domain.registrable)
    return view.contest(domain.account_id, now) is not None
