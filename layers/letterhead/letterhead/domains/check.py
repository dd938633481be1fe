"""Checking a domain: what DNS and the provider say now, and what becomes of its statuses, its name and its right to send."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from letterhead.domains.challenge import challenge_name
from letterhead.domains.claims import Contest, NameView
from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.diagnosis.subject import Subject
from letterhead.domains.domain import DomainChangedError, Ownership, Registration, SendingDomain
from letterhead.domains.history import CheckHistory, facts_of, findings_of, keep
from letterhead.domains.holding import hold, take_over
from letterhead.domains.ports import (
    ChallengeAnswer,
    ChallengeResult,
    Dns,
    IdentityProvider,
    ProviderIdentity,
    ProviderRefusedError,
    Surroundings,
)
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.records import DKIM_PURPOSES, RecordStatus
from letterhead.domains.registration import changed_alike, provide, stand
from letterhead.domains.verification import (
    CONVERSATION_SECONDS,
    DomainCheck,
    Verification,
    verify,
)
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from letterhead.domains.dns_answers import Conversation, DnsLookup

# A verified domain outlives a record that is gone for a while: SES gives 72 hours; a third of it, seen three times, is ours.
ABSENCES_THAT_STOP_SENDING = 3
ABSENCE_THAT_STOPS_SENDING = timedelta(hours=24)
# A contested name has two things asked of DNS, one after the other, in the time of one.
CHALLENGE_SECONDS = 2.0

_UNKNOWN = ProviderStatus(ProviderCheck.UNKNOWN, ProviderCheck.UNKNOWN)
_NOT_STARTED = ProviderStatus(ProviderCheck.NOT_STARTED, ProviderCheck.NOT_STARTED)


@value_type
class Checked:
    """A domain after a check, and what the check found. `challenge` is None where it didn't have to be asked for."""

    domain: SendingDomain
    verification: Verification
    challenge: ChallengeResult | None = None


def check(
    domain: SendingDomain,
    outside: Surroundings,
    dns: Dns,
    history: CheckHistory,
    *,
    check_id: str,
    now: datetime,
    dry_run: bool = False,
) -> Checked:
    """Check a domain now and store what came of it; a registration that stopped half-way is completed first.

    A contested name is asked for its challenge; proof makes it this account's. A `dry_run` stores nothing and starts nothing.
    Raises `DomainNotFoundError` or `DomainChangedError` when the domain is deleted or loses its name meanwhile; for the
    provider, `UnavailableError` or `ProviderRefusedError`, only while the registration isn't complete.
    """
    case = _Case(domain, outside, dns, now, dry_run=dry_run)
    case.settle_name()
    case.go_on_at_provider()
    verification = case.verify()
    after, view = after_check(case.domain, verification, case.said, now), case.view
    if view is not None and case.may_be_held and after.dkim_status is RecordStatus.VERIFIED:
        held = _with_right_to_send(after.standing(Ownership.HELD, now), case.domain, case.said)
        if dry_run:
            after = held
        else:
            try:
                stored = hold(case.domain, held, view, outside.store, now)
            except DomainChangedError:
                case.domain = changed_alike(case.domain, Ownership.HELD, outside.store)
                after = after_check(case.domain, verification, case.said, now)
            else:
                if stored is None:
                    after = after.standing(Ownership.CONTESTED, now)
                else:
                    case.domain = after = stored
    if dry_run:
        return Checked(after, verification, case.challenge)
    facts = facts_of(after, verification, case.said, case.challenge)
    mark = keep(after, facts, history, check_id=check_id, now=now)
    stored = outside.store.save(replace(after, last_check=mark), before=case.domain)
    return Checked(stored, verification, case.challenge)


def after_check(
    domain: SendingDomain, verification: Verification, said: ProviderStatus | None, now: datetime
) -> SendingDomain:
    """The domain after a check.

    The right to send begins when the name is held, DKIM, MAIL FROM and SPF are verified and the provider says yes. It ends only
    when the provider says no, because it has given up or begins anew, or when DKIM was definitely absent in three checks over at
    least 24 hours. A look that nobody answered neither adds to them nor ends the count.
    """
    after = domain.with_statuses(verification.statuses(), now)
    absences, since = domain.dkim_absences, domain.dkim_absent_since
    if verification.dkim_definitely_absent:
        absences, since = absences + 1, since or now
    elif _dkim_is_right(verification):
        absences, since = 0, None
    after = replace(
        after,
        findings=findings_of(verification.rows),
        dkim_absences=absences,
        dkim_absent_since=since,
    )
    return _with_right_to_send(after, domain, said)


def subject_of(domain: SendingDomain) -> Subject:
    """What verification needs to know of a domain."""
    return Subject(domain.name, domain.registrable, domain.region, domain.mail_from_domain, domain.records())


class _Case:
    """One check under way: the domain as it is stored by now, and what is known besides."""

    def __init__(
        self, domain: SendingDomain, outside: Surroundings, dns: Dns, now: datetime, *, dry_run: bool
    ) -> None:
        self.domain = domain
        self.view: NameView | None = None
        self.challenge: ChallengeResult | None = None
        self._outside = outside
        self._dns = dns
        self._now = now
        self._dry_run = dry_run
        self._provider_answers = True
        self._identity: ProviderIdentity | None = None
        self._contest: Contest | None = None

    @property
    def may_be_held(self) -> bool:
        """Whether right records are proof enough."""
        return not self.domain.held and self._contest is None

    @property
    def said(self) -> ProviderStatus | None:
        """The provider's word on the domain; None when what it has under the name is somebody else's."""
        if not self._provider_answers:
            return None if self._contest else _UNKNOWN
        if self._identity is None:
            return None if self._contest else _NOT_STARTED
        return self._identity.status if self._is_ours else None

    def settle_name(self) -> None:
        """Find out whether the name is contested, and ask for the proof if it is."""
        self._ask_provider()
        domain, outside = self.domain, self._outside
        if domain.held:
            return
        self.view = outside.store.view(domain.account_id, domain.name, domain.registrable)
        self._contest = self.view.contest(domain.account_id, self._now) or self._contest_at_provider()
        if self._contest is None:
            return
        self.challenge = self._dns.prover.ask(
            challenge_name(domain), domain.challenge, seconds=CHALLENGE_SECONDS
        )
        if self._dry_run:
            return
        if self.challenge.answer is ChallengeAnswer.PROVEN:
            self.domain = take_over(domain, outside.store, self._now)
            self._contest = None
        else:
            self.domain = stand(domain, Ownership.CONTESTED, outside, self._now)

    def go_on_at_provider(self) -> None:
        """Take the steps that are missing at the provider, and put right what isn't as it must be there."""
        if self._dry_run or self._contest:
            return
        if self.domain.registration is Registration.CLAIMED:
            self._provide()
        elif self._provider_answers and not self._is_as_it_must_be:
            try:
                self._provide()
            except (UnavailableError, ProviderRefusedError):
                # The registration has been complete; the next check finds the same and tries again.
                return

    def verify(self) -> Verification:
        """Have DNS looked at, and have the provider look again where it has given up on what is right."""
        domain = self.domain
        lookup = self._dns.lookup
        if self.challenge is not None:
            lookup = _Shorter(lookup, CONVERSATION_SECONDS - CHALLENGE_SECONDS)
        asked = DomainCheck(
            subject_of(domain),
            previous=domain.statuses,
            provider=self.said,
            once_verified=domain.once_verified,
        )
        verification = verify(asked, lookup, now=self._now)
        if not (self._dry_run or self._contest):
            _restart(domain, verification, self._outside.provider)
        return verification

    @property
    def _is_ours(self) -> bool:
        return self._identity is not None and self._identity.domain_id == self.domain.domain_id

    @property
    def _is_as_it_must_be(self) -> bool:
        identity = self._identity
        return (
            identity is not None
            and identity.domain_id == self.domain.domain_id
            and identity.mail_from_domain == self.domain.mail_from_domain
        )

    def _ask_provider(self) -> None:
        try:
            self._identity = self._outside.provider.find(self.domain.name)
        except (UnavailableError, ProviderRefusedError):
            self._provider_answers = False

    def _contest_at_provider(self) -> Contest | None:
        if not self._provider_answers:
            return Contest.AT_PROVIDER if self.domain.contested else None
        foreign = self._identity is not None and not self._is_ours
        return Contest.AT_PROVIDER if foreign else None

    def _provide(self) -> None:
        try:
            self.domain, self._identity = provide(self.domain, self._outside, self._now)
        except DomainChangedError:
            self._identity = self._made_meanwhile()
        self._provider_answers = True
        if self.domain.contested:
            self._contest = Contest.AT_PROVIDER

    def _made_meanwhile(self) -> ProviderIdentity | None:
        """What the provider has where somebody else has completed the registration at the same moment."""
        found = changed_alike(self.domain, self.domain.ownership, self._outside.store)
        if found.registration is not Registration.COMPLETE:
            raise DomainChangedError
        self.domain = found
        return self._outside.provider.find(found.name)


class _Shorter:
    """A `DnsLookup` whose conversations are over sooner."""

    def __init__(self, lookup: DnsLookup, seconds: float) -> None:
        self._lookup = lookup
        self._seconds = seconds

    def conversation(self, *, seconds: float) -> AbstractContextManager[Conversation]:
        return self._lookup.conversation(seconds=min(seconds, self._seconds))


def _with_right_to_send(
    after: SendingDomain, before: SendingDomain, said: ProviderStatus | None
) -> SendingDomain:
    gone = (
        after.dkim_absent_since is not None
        and after.checked_at is not None
        and after.dkim_absences >= ABSENCES_THAT_STOP_SENDING
        and after.checked_at - after.dkim_absent_since >= ABSENCE_THAT_STOPS_SENDING
    )
    if before.can_send:
        return replace(after, can_send=after.held and not gone and not _says_no(said))
    return replace(after, can_send=after.held and after.authenticated and said is not None and said.sending)


def _says_no(said: ProviderStatus | None) -> bool:
    """Whether the provider refuses mail from a domain that it took mail from before: its check has failed for good, or it has no
    identity of that name (any more), or a new one that it hasn't verified yet."""
    if said is None or said.dkim is ProviderCheck.FAILED:
        return said is not None
    return not said.sending and said.dkim in (ProviderCheck.NOT_STARTED, ProviderCheck.PENDING)


def _dkim_is_right(verification: Verification) -> bool:
    return all(row.seen is Seen.RIGHT for row in verification.rows if row.record.purpose in DKIM_PURPOSES)


def _restart(domain: SendingDomain, verification: Verification, provider: IdentityProvider) -> None:
    try:
        if verification.restart_dkim:
            provider.restart_dkim(domain.name)
        if verification.restart_mail_from:
            provider.ensure_mail_from(domain.name, domain.mail_from_domain)
    except (UnavailableError, ProviderRefusedError):
        # The next check finds the same and asks again.
        return
