"""Looking again when an identity is read: at what DNS says of its mail, when that was long ago; and at its domain's right to
send, when it is said to have none, for a domain gets that back some minutes before everybody is told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.identities.creation import DomainLookup
    from letterhead.identities.forecast import Forecast, Forecaster
    from letterhead.identities.identity import SenderIdentity


class ForecastIdentities(Protocol):
    """Where sender identities are kept."""

    def note_forecast(self, identity: SenderIdentity, forecast: Forecast) -> None:
        """Note a forecast; nothing when the identity has another address, domain or generation meanwhile."""

    def note_lapsed(self, identity: SenderIdentity, *, lapsed: bool) -> None:
        """Note whether the identity's domain may not send; nothing when the identity hangs on another one meanwhile."""


def renewed(
    identity: SenderIdentity,
    *,
    domains: DomainLookup,
    store: ForecastIdentities,
    forecaster: Forecaster,
    now: datetime,
) -> SenderIdentity:
    """The identity with a forecast that is no older than a day, and usable as soon as its domain is; one about which there is
    nothing to ask costs nothing.

    What can't be noted is shown nevertheless.
    """
    before = identity.forecast
    is_fresh = before is not None and not before.is_due(now)
    if is_fresh and not identity.lapsed:
        return identity
    domain = domains.by_id(identity.account_id, identity.domain.domain_id)
    if domain is None:
        return identity
    if identity.lapsed and domain.sends:
        with suppress(UnavailableError):
            store.note_lapsed(identity, lapsed=False)
        identity = replace(identity, lapsed=False)
    if is_fresh:
        return identity
    forecast = (
        forecaster.forecast(identity.email.domain, domain, now)
        if before is None
        else forecaster.renewed(before, identity.email.domain, domain, now)
    )
    with suppress(UnavailableError):
        store.note_forecast(identity, forecast)
    return replace(identity, forecast=forecast)
