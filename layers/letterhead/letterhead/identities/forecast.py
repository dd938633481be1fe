"""What DMARC will make of an identity's mail, in each From mode, told before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from letterhead.dmarc.results import Policy, Result
from letterhead.domains.records import MAIL_FROM_PURPOSES, RecordStatus
from letterhead.values import value_type

if TYPE_CHECKING:
    from letterhead.dmarc.evaluation import Authentication
    from letterhead.domains.dns_answers import DnsLookup
    from letterhead.domains.domain import SendingDomain

SECONDS = 2.5
HOLDS = timedelta(hours=24)
ASK_AGAIN_AFTER_SILENCE = timedelta(hours=1)
# SES signs mail From an address whose domain it doesn't know with this domain, and returns bounces to a name below it
# (SES developer guide, "Authenticating your email with DKIM", "Using a custom MAIL FROM domain").
PROVIDER_DOMAIN = "amazonses.com"


@value_type
class Forecast:
    """What DNS said and what follows from it.

    `policy` is what the domain of the identity's address asks for and `source_name` where that stands; both are None where
    nothing is asked. `known` is False when DNS didn't answer. `due_at` is when it is time to look again.
    """

    policy: Policy | None
    testing: bool
    source_name: str | None
    aligned_result: Result
    exact_result: Result
    due_at: datetime
    known: bool = True

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to look again."""
        return self.due_at <= now


class Forecaster:
    """Makes forecasts; each takes three seconds at most, whatever DNS does."""

    def __init__(self, lookup: DnsLookup) -> None:
        self._lookup = lookup

    def forecast(self, address_domain: str, domain: SendingDomain, now: datetime) -> Forecast:
        """The forecast for an address at `address_domain` under a sending domain."""
        from letterhead.dmarc.evaluation import Authentication  # only a forecast needs the rules of DMARC
        from letterhead.dmarc.outlook import outlook

        signing = authentication_of(domain)
        own = address_domain == domain.name or address_domain.endswith("." + domain.name)
        exact = signing if own else Authentication(PROVIDER_DOMAIN, PROVIDER_DOMAIN)
        with self._lookup.conversation(seconds=SECONDS) as conversation:
            of_address = outlook(address_domain, exact, conversation, {})
            aligned_result = Result.PASS
            if domain.name not in signing.identifiers:
                aligned_result = outlook(domain.name, signing, conversation, of_address.seen).result
        applied = of_address.applied
        return Forecast(
            policy=None if applied is None else applied.policy,
            testing=applied is not None and applied.testing,
            source_name=None if applied is None else applied.source.name,
            aligned_result=aligned_result,
            exact_result=of_address.result,
            due_at=now + (HOLDS if of_address.known else ASK_AGAIN_AFTER_SILENCE),
            known=of_address.known,
        )

    def renewed(
        self, before: Forecast, address_domain: str, domain: SendingDomain, now: datetime
    ) -> Forecast:
        """A newer forecast; while DNS doesn't answer, what was known stays."""
        after = self.forecast(address_domain, domain, now)
        return replace(before, due_at=after.due_at) if before.known and not after.known else after


def authentication_of(domain: SendingDomain) -> Authentication:
    """What mail From a sending domain authenticates as, by its records as they were last seen."""
    from letterhead.dmarc.evaluation import Authentication

    signs = domain.dkim_status is RecordStatus.VERIFIED
    returns = domain.status(*MAIL_FROM_PURPOSES) is RecordStatus.VERIFIED
    return Authentication(domain.name if signs else None, domain.mail_from_domain if returns else None)
