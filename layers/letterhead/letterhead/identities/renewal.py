"""Looking again at what DNS says of an identity's mail, when that was long ago."""

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


def renewed(
    identity: SenderIdentity,
    *,
    domains: DomainLookup,
    store: ForecastIdentities,
    forecaster: Forecaster,
    now: datetime,
) -> SenderIdentity:
    """The identity with a forecast that is no older than a day; a fresh one costs nothing.

    What can't be noted is shown nevertheless.
    """
    before = identity.forecast
    if before is not None and not before.is_due(now):
        return identity
    domain = domains.by_id(identity.account_id, identity.domain.domain_id)
    if domain is None:
        return identity
    forecast = (
        forecaster.forecast(identity.email.domain, domain, now)
        if before is None
        else forecaster.renewed(before, identity.email.domain, domain, now)
    )
    with suppress(UnavailableError):
        store.note_forecast(identity, forecast)
    return replace(identity, forecast=forecast)
