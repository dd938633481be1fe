"""A forecast as one short text, because a list pays for each byte of its items.

Four words and two numbers: the policy (`-` none, `?` DNS didn't answer), `t` if it is only tried out else `-`, how many labels
of the address's domain are its source, the result of each From mode, and when it is time to look again.
"""

from __future__ import annotations

from datetime import UTC, datetime

from letterhead.dmarc.results import Policy, Result
from letterhead.identities.forecast import Forecast

_NOTHING, _SILENCE, _TESTING = "-", "?", "t"


def forecast_text(forecast: Forecast) -> str:
    """The text of a forecast, whose source is the address's domain or above it."""
    source = forecast.source_name
    return " ".join(
        (
            _SILENCE if not forecast.known else (forecast.policy or _NOTHING),
            _TESTING if forecast.testing else _NOTHING,
            str(0 if source is None else source.count(".") + 1),
            forecast.aligned_result,
            forecast.exact_result,
            str(int(forecast.due_at.timestamp())),
        )
    )


def forecast_of(text: str, address_domain: str) -> Forecast:
    """The forecast in a text."""
    policy, testing, labels, aligned, exact, due_at = text.split(" ")
    return Forecast(
        policy=None if policy in (_NOTHING, _SILENCE) else Policy(policy),
        testing=testing == _TESTING,
        source_name=".".join(address_domain.split(".")[-int(labels) :]) if labels != "0" else None,
        aligned_result=Result(aligned),
        exact_result=Result(exact),
        due_at=datetime.fromtimestamp(int(due_at), UTC),
        known=policy != _SILENCE,
    )
