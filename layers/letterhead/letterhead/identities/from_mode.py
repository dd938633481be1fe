"""Which From mode an identity can't have."""

from __future__ import annotations

from letterhead.dmarc.results import Result
from letterhead.identities.forecast_words import explained
from letterhead.identities.identity import FromMode, SenderIdentity


class FromModeRefusedError(Exception):
    """The identity's mail would get nowhere in the From mode that is wanted; the message says why."""


def refuse_hopeless(identity: SenderIdentity) -> None:
    """Raise `FromModeRefusedError` if receivers would reject the mail, or the provider can't have the address.

    What DNS didn't answer refuses nothing, and mail taken for junk is only warned of, by the forecast.
    """
    if identity.from_mode is not FromMode.EXACT:
        return
    if identity.email.needs_smtputf8:
        raise FromModeRefusedError("Amazon SES sends only From addresses with ASCII characters before the @.")
    forecast = identity.forecast
    if forecast is not None and forecast.exact_result is Result.REJECT:
        raise FromModeRefusedError(explained(forecast, identity.email, identity.domain, identity.from_mode))
