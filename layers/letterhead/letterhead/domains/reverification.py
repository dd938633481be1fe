"""Looking at a batch of domains that are due; what can't be finished comes again, each domain by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from letterhead.domains.check import Checked, ExpectedError, check_all
from letterhead.domains.domain import DomainChangedError, DomainNotFoundError, SendingDomain
from letterhead.domains.ports import (
    Dns,
    IdentityProvider,
    ProviderBusyError,
    ProviderIdentity,
    ProviderRefusedError,
    Surroundings,
)
from letterhead.domains.watch import DomainWatch, LookQueue, LookRequest, SoonLooks, Stretch, Watched
from letterhead.unavailable import UnavailableError
from letterhead.values import replace, value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from letterhead.domains.history import CheckHistory
    from letterhead.domains.provider_status import ProviderStatus

# A batch's questions are in flight together; servers that don't answer are given up after a few seconds each.
CONVERSATION_SECONDS = 20.0


class UnfinishedError(UnavailableError):
    """The one domain of a request couldn't be looked at now."""


@dataclass
class Looked:
    """What became of a batch: how many domains were checked, were gone or looked at by somebody else meanwhile, had to wait for
    the provider, come again, and can't be read; and how many events there were."""

    of: ClassVar[str] = "domain"
    checked: int = 0
    outdated: int = 0
    postponed: int = 0
    again: int = 0
    unreadable: int = 0
    events: int = 0


@value_type
class Reverification:
    """The act with what it needs; `new_id` makes the ids of history entries, `tell` hears of every check."""

    watch: DomainWatch
    queue: LookQueue
    outside: Surroundings
    dns: Dns
    history: CheckHistory
    new_id: Callable[[datetime], str]
    tell: Callable[[Checked], None] | None = None

    def look(self, request: LookRequest, now: datetime, time: datetime | None = None) -> Looked:
        """Look at a batch; `time` says that now isn't the clock's.

        Raises whatever keeps a single domain from being looked at; of several, those that fail are asked for one by one.
        """
        there = [one for stretch in request.stretches for one in self.watch.within(stretch)]
        found = [one for one in there if isinstance(one, Watched)]
        looked = Looked(unreadable=len(there) - len(found))
        staying = []
        for watched in found:
            if watched.domain.leaving:
                self._finish_leaving(watched.domain, now)
                looked.postponed += 1
            else:
                staying.append(watched)
        try:
            outcomes = self._check(staying, request, now)
        except Exception:
            # Something about one of them is wrong in a way that nobody foresaw: apart, the others are looked at.
            if len(staying) <= 1:
                raise
            self._ask_again(staying, request, time)
            looked.again = len(staying)
            return looked
        unfinished = []
        for watched, outcome in zip(staying, outcomes, strict=True):
            if not self._note(outcome, watched.domain, looked, now, time):
                unfinished.append(watched)
        if unfinished and len(found) == 1:
            raise UnfinishedError
        self._ask_again(unfinished, request, time)
        looked.again = len(unfinished)
        return looked

    def _check(
        self, watched: Sequence[Watched], request: LookRequest, now: datetime
    ) -> list[Checked | ExpectedError]:
        domains = [one.domain for one in watched]
        provider = _AskedBefore(self.outside.provider, domains, request.said)
        return check_all(
            domains,
            replace(self.outside, provider=provider),
            self.dns,
            self.history,
            new_id=self.new_id,
            now=now,
            seconds=CONVERSATION_SECONDS,
        )

    def _note(
        self,
        outcome: Checked | ExpectedError,
        domain: SendingDomain,
        looked: Looked,
        now: datetime,
        time: datetime | None,
    ) -> bool:
        """Count what became of a domain; False when it has to come again."""
        match outcome:
            case Checked():
                looked.checked += 1
                looked.events += len(outcome.events)
                if self.tell is not None:
                    self.tell(outcome)
                SoonLooks(self.outside.store, self.queue, self.outside.rhythm).ask(outcome.domain, now, time)
            case DomainNotFoundError() | DomainChangedError():
                looked.outdated += 1
            case ProviderBusyError() | ProviderRefusedError():
                # Its registration isn't complete, and goes on when it is due again.
                looked.postponed += 1
                return self._postpone(domain, now)
            case _:
                return False
        return True

    def _postpone(self, domain: SendingDomain, now: datetime) -> bool:
        due_at = self.outside.rhythm.due_after_check(domain, now)
        try:
            self.outside.store.save(replace(domain, due_at=due_at), before=domain)
        except (DomainNotFoundError, DomainChangedError):
            return True
        except UnavailableError:
            return False
        return True

    def _finish_leaving(self, domain: SendingDomain, now: datetime) -> None:
        self.outside.completions.ask(domain.account_id, domain.domain_id, domain.name)
        self._postpone(domain, now)

    def _ask_again(self, watched: Sequence[Watched], request: LookRequest, time: datetime | None) -> None:
        requests = [LookRequest((Stretch.of(one.place),), _of(request.said, one.domain)) for one in watched]
        if requests:
            self.queue.put(requests, time)


def _of(
    said: Mapping[str, ProviderStatus | None], domain: SendingDomain
) -> Mapping[str, ProviderStatus | None]:
    return {domain.domain_id: said[domain.domain_id]} if domain.domain_id in said else {}


@dataclass
class _AskedBefore:
    """An `IdentityProvider` that has been asked about many domains already; once anything is changed, it is asked anew."""

    provider: IdentityProvider
    domains: Sequence[SendingDomain]
    said: Mapping[str, ProviderStatus | None]
    _by_name: dict[str, SendingDomain] = field(init=False)

    def __post_init__(self) -> None:
        self._by_name = {domain.name: domain for domain in self.domains if domain.domain_id in self.said}

    def find(self, name: str) -> ProviderIdentity | None:
        domain = self._by_name.get(name)
        if domain is None:
            return self.provider.find(name)
        status = self.said[domain.domain_id]
        if status is None:
            raise ProviderBusyError
        return ProviderIdentity(
            domain.domain_id,
            domain.dkim_tokens,
            domain.signing_hosted_zone,
            domain.mail_from_domain,
            status,
        )

    def ensure_identity(self, name: str, domain_id: str, *, take_over: bool) -> ProviderIdentity:
        return self.provider.ensure_identity(name, domain_id, take_over=take_over)

    def ensure_mail_from(self, name: str, mail_from_domain: str) -> None:
        self.provider.ensure_mail_from(name, mail_from_domain)

    def restart_dkim(self, name: str) -> None:
        self.provider.restart_dkim(name)

    def remove_identity(self, name: str, domain_id: str) -> None:
        self.provider.remove_identity(name, domain_id)
