"""A forecast in words: why the mail passes, is taken for junk or is rejected, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dmarc.results import Policy, Result
from letterhead.identities.forecast import PROVIDER_DOMAIN, Forecast
from letterhead.identities.identity import FromMode, IdentityDomain

if TYPE_CHECKING:
    from letterhead.identities.addresses import EmailAddress

_ACTS = {
    Policy.NONE: "do nothing about",
    Policy.QUARANTINE: "treat as junk",
    Policy.REJECT: "reject",
}


def explained(forecast: Forecast, email: EmailAddress, domain: IdentityDomain, mode: FromMode) -> str:
    """The forecast for an identity's own From mode, and its reason."""
    if mode is FromMode.ALIGNED:
        return _aligned(forecast, email, domain)
    return _exact(forecast, email, domain)


def _aligned(forecast: Forecast, email: EmailAddress, domain: IdentityDomain) -> str:
    sender = f"The mail goes out From an address at {domain.name}"
    if forecast.aligned_result is Result.PASS:
        return f"{sender}, which also signs it, so DMARC passes. {_policy(forecast, email)}"
    if forecast.aligned_result is Result.UNKNOWN:
        return f"{sender}, whose DKIM isn't right, and DNS didn't say what {domain.name} asks for then."
    return (
        f"{sender}, whose DKIM isn't right, so {_fate(forecast.aligned_result)}. Put its DKIM records right."
    )


def _exact(forecast: Forecast, email: EmailAddress, domain: IdentityDomain) -> str:
    policy = _policy(forecast, email)
    if forecast.exact_result is Result.UNKNOWN:
        return f"{policy} Look again later; until then nobody can say what becomes of mail From {email.domain} itself."
    if forecast.exact_result is Result.PASS and email.domain == domain.name:
        return f"The mail goes out From {email.domain}, which also signs it, so DMARC passes. {policy}"
    unsigned = f"Mail From {email.domain} is signed by {PROVIDER_DOMAIN}, not by {email.domain}, so DMARC doesn't pass."
    if forecast.exact_result is Result.PASS:
        return f"{policy} Some receivers still take such mail for junk if {email.domain} doesn't sign it."
    return (
        f"{unsigned} {policy} So {_fate(forecast.exact_result)}."
        f" Use the From mode aligned, or make {email.domain} a sending domain of its own."
    )


def _policy(forecast: Forecast, email: EmailAddress) -> str:
    if not forecast.known:
        return f"DNS didn't say what policy {email.domain} has."
    if forecast.policy is None:
        return f"{email.domain} has no DMARC policy."
    tried = ", as a trial (t=y)" if forecast.testing else ""
    return (
        f"{email.domain} asks receivers to {_ACTS[forecast.policy]} mail that fails DMARC"
        f" ({forecast.policy} at _dmarc.{forecast.source_name}){tried}."
    )


def _fate(result: Result) -> str:
    if result is Result.REJECT:
        return "receivers will reject it"
    return "receivers will take it for junk" if result is Result.JUNK else "receivers needn't act"
