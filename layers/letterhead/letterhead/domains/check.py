"""Checking a domain: what DNS and the provider say now, and what becomes of its statuses and of its right to send."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.diagnosis.subject import Subject
from letterhead.domains.dns_answers import DnsLookup
from letterhead.domains.domain import SendingDomain
from letterhead.domains.records import DKIM_PURPOSES
from letterhead.domains.registration import DomainStore, IdentityProvider, ProviderRefusedError, complete
from letterhead.domains.verification import DomainCheck, ProviderCheck, ProviderStatus, Verification, verify
from letterhead.unavailable import UnavailableError

# A verified domain outlives a record that is gone for a while: SES gives 72 hours; a third of it, seen three times, is ours.
ABSENCES_THAT_STOP_SENDING = 3
ABSENCE_THAT_STOPS_SENDING = timedelta(hours=24)


class Provider(IdentityProvider, Protocol):
    """The mail provider, as a check needs it."""

    def status(self, name: str) -> ProviderStatus:
        """What it says of a domain now; `unknown` where it can't be asked."""

    def restart_dkim(self, name: str) -> None:
        """Have it look for the DKIM records again after it has given up. Raises `UnavailableError`, `ProviderRefusedError`."""


def check(
    domain: SendingDomain, *, store: DomainStore, provider: Provider, lookup: DnsLookup, now: datetime
) -> tuple[SendingDomain, Verification]:
    """Check a domain now and store what came of it; a registration that stopped half-way is completed first.

    Raises `UnavailableError` or `ProviderRefusedError` for the provider only while the registration isn't complete.
    """
    domain = complete(domain, store=store, provider=provider, now=now)
    said = provider.status(domain.name)
    asked = DomainCheck(
        subject_of(domain), previous=domain.statuses, provider=said, once_verified=domain.once_verified
    )
    verification = verify(asked, lookup, now=now)
    _restart(domain, verification, provider)
    after = after_check(domain, verification, said, now)
    return store.save(after, before=domain), verification


def after_check(
    domain: SendingDomain, verification: Verification, said: ProviderStatus, now: datetime
) -> SendingDomain:
    """The domain after a check.

    The right to send begins when DKIM, MAIL FROM and SPF are verified and the provider says yes. It ends only when the provider
    says no for good, or when DKIM was definitely absent in three checks over at least 24 hours. A look that nobody answered
    neither adds to them nor ends the count.
    """
    after = domain.with_statuses(verification.statuses(), now)
    absences, since = domain.dkim_absences, domain.dkim_absent_since
    if verification.dkim_definitely_absent:
        absences, since = absences + 1, since or now
    elif _dkim_is_right(verification):
        absences, since = 0, None
    gone = (
        since is not None
        and absences >= ABSENCES_THAT_STOP_SENDING
        and now - since >= ABSENCE_THAT_STOPS_SENDING
    )
    if domain.can_send:
        can_send = not gone and said.dkim is not ProviderCheck.FAILED
    else:
        can_send = after.authenticated and said.sending
    return replace(after, can_send=can_send, dkim_absences=absences, dkim_absent_since=since)


def subject_of(domain: SendingDomain) -> Subject:
    """What verification needs to know of a domain."""
    return Subject(domain.name, domain.registrable, domain.region, domain.mail_from_domain, domain.records())


def _dkim_is_right(verification: Verification) -> bool:
    return all(row.seen is Seen.RIGHT for row in verification.rows if row.record.purpose in DKIM_PURPOSES)


def _restart(domain: SendingDomain, verification: Verification, provider: Provider) -> None:
    try:
        if verification.restart_dkim:
            provider.restart_dkim(domain.name)
        if verification.restart_mail_from:
            provider.ensure_mail_from(domain.name, domain.mail_from_domain)
    except (UnavailableError, ProviderRefusedError):
        # The next check finds the same and asks again.
        return
