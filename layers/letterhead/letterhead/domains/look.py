"""One check of a domain under way: the domain as it is stored by now, and what is known besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.challenge import challenge_name
from letterhead.domains.claims import Contest, NameView
from letterhead.domains.diagnosis.subject import Subject
from letterhead.domains.domain import DomainChangedError, Ownership, Registration, SendingDomain
from letterhead.domains.holding import take_over
from letterhead.domains.ports import (
    ChallengeAnswer,
    ChallengeProver,
    ChallengeResult,
    ProviderIdentity,
    ProviderRefusedError,
    Surroundings,
)
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.registration import changed_alike, provide, stand
from letterhead.domains.verification import DomainCheck, Verification
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from datetime import datetime

# A contested name has two things asked of DNS, one after the other, in the time of one.
CHALLENGE_SECONDS = 2.0

_UNKNOWN = ProviderStatus(ProviderCheck.UNKNOWN, ProviderCheck.UNKNOWN)
_NOT_STARTED = ProviderStatus(ProviderCheck.NOT_STARTED, ProviderCheck.NOT_STARTED)


def subject_of(domain: SendingDomain) -> Subject:
    """What verification needs to know of a domain."""
    return Subject(domain.name, domain.registrable, domain.region, domain.mail_from_domain, domain.records())


class Look:
    """The steps of one check up to what is to be asked of DNS, and the one that follows from the answer at the provider."""

    def __init__(
        self,
        domain: SendingDomain,
        outside: Surroundings,
        prover: ChallengeProver,
        now: datetime,
        *,
        dry_run: bool = False,
    ) -> None:
        self.domain = domain
        self.view: NameView | None = None
        self.challenge: ChallengeResult | None = None
        self._outside = outside
        self._prover = prover
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

    def prepare(self) -> None:
        """Settle whose the name is, and have the provider ready; raises what `check` raises."""
        self._settle_name()
        self._go_on_at_provider()

    def _settle_name(self) -> None:
        """Find out whether the name is contested, and ask for the proof if it is."""
        self._ask_provider()
        domain, outside = self.domain, self._outside
        if domain.held:
            return
        self.view = outside.store.view(domain.account_id, domain.name, domain.registrable)
        self._contest = self.view.contest(domain.account_id, self._now) or self._contest_at_provider()
        if self._contest is None:
            return
        self.challenge = self._prover.ask(challenge_name(domain), domain.challenge, seconds=CHALLENGE_SECONDS)
        if self._dry_run:
            return
        if self.challenge.answer is ChallengeAnswer.PROVEN:
            self.domain = take_over(domain, outside.store, self._now)
            self._contest = None
        else:
            self.domain = stand(domain, Ownership.CONTESTED, outside, self._now)

    def _go_on_at_provider(self) -> None:
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

    def question(self) -> DomainCheck:
        """What is to be asked of DNS now."""
        domain = self.domain
        return DomainCheck(
            subject_of(domain),
            previous=domain.statuses,
            provider=self.said,
            once_verified=domain.once_verified,
        )

    def restart(self, verification: Verification) -> None:
        """Have the provider look again where it has given up on what is right."""
        if self._dry_run or self._contest:
            return
        provider, domain = self._outside.provider, self.domain
        try:
            if verification.restart_dkim:
                provider.restart_dkim(domain.name)
            if verification.restart_mail_from:
                provider.ensure_mail_from(domain.name, domain.mail_from_domain)
        except (UnavailableError, ProviderRefusedError):
            # The next check finds the same and asks again.
            return

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
