"""One line a request: enough to find a caller's trouble, nothing that is secret or personal. Its metrics are in it.

CloudWatch takes them out of the line (embedded metric format, CloudWatch user guide), so that counting costs no call. Formatted
by Powertools, the line took two fifths of the router's time; whatever else is logged is written by it.
"""

from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING

from letterhead.dialects.problem import Kind
from letterhead.http.refusals import problem_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aws_lambda_powertools import Logger

    from letterhead.http.event import HttpEvent
    from letterhead.tokens.token import ApiToken

# Whose 201 is a new domain or a new identity.
_REGISTERING = {"/v1/domains": "domain", "/api/v1/domains": "domain", "/v1/identities": "identity"}
_NOT_THE_CALLERS = (Kind.INTERNAL, Kind.UNAVAILABLE, Kind.PROVIDER_REFUSED)


class RequestLog:
    """Writes the one line. The path is the route's, never the caller's own, for that may hold an address or a secret link.

    It goes where the logger's lines go, whatever the logger's level. `namespace` is that of the metrics; without one there are
    none.
    """

    def __init__(self, logger: Logger, namespace: str | None = None) -> None:
        self._logger = logger
        self._service = logger.service
        self._output = logger.registered_handler
        self._encode = json.JSONEncoder(separators=(",", ":")).encode
        self._directives = {} if namespace is None else _directives(namespace, self._encode)
        self._registered = self._encode(_metric(namespace, "Registrations", "Count", ["what"]))
        self._stopped = self._encode(_metric(namespace, "GateRefusals", "Count", ["gate"]))

    def write(
        self,
        http: HttpEvent,
        route: str,
        *,
        now: datetime,
        status: int,
        seconds: float,
        token: ApiToken | None,
        failure: Exception | None,
    ) -> None:
        """Write the line of one request; an error that isn't the caller's is written with its place, never with its text.

        Every refusal has its `kind`, for the alarms to find it.
        """
        milliseconds = round(seconds * 1000, 1)
        instant = now.isoformat(" ", "milliseconds")
        line: dict[str, object] = {
            "level": "INFO",
            "message": "request",
            "timestamp": f"{instant[:19]},{instant[20:23]}+0000",  # as Powertools writes it
            "service": self._service,
            "request": http.request_id,
            "method": http.method,
            "route": route or "none",
            "status": status,
            "milliseconds": milliseconds,
        }
        if token is not None:
            line["account"] = token.account_id
            line["dialect"] = token.dialect
            line["token"] = token.preview
        if failure is None and (domain := http.parameters.get("domain")) and "@" not in domain:
            line["domain"] = domain  # name or id; what isn't the account's own is a failure
        if failure is not None:
            line["kind"] = kind = problem_of(failure).kind
            if kind in _NOT_THE_CALLERS:
                line |= {"level": "ERROR", "message": "request failed", "error": type(failure).__name__}
                line |= {"cause": _causes(failure), "where": _places(failure)}
                if (domain := getattr(failure, "domain_name", None)) is not None:
                    line["domain"] = domain  # the account's own, which can't be read
        if self._directives:
            line["status_class"] = f"{status // 100}xx"
            line["Requests"] = 1
            line["Duration"] = milliseconds
            if failure is not None:
                line["Refusals"] = 1
            directives = self._directives[token is not None, failure is not None]
            if status == 201 and http.method == "POST" and route in _REGISTERING:
                line |= {"what": _REGISTERING[route], "Registrations": 1}
                directives = f"{directives[:-1]},{self._registered}]"
            elif (gate := getattr(failure, "gate", None)) is not None:
                line |= {"gate": gate, "GateRefusals": 1}
                directives = f"{directives[:-1]},{self._stopped}]"
            moment = int(now.timestamp() * 1000)
            text = f'{self._encode(line)[:-1]},"_aws":{{"Timestamp":{moment},"CloudWatchMetrics":{directives}}}}}\n'
        else:
            text = self._encode(line) + "\n"
        stream = self._output.stream  # type: ignore[attr-defined]
        stream.write(text)
        stream.flush()

    def write_unnoted_use(self, token: ApiToken, failure: Exception) -> None:
        """Write that the day of a token's use couldn't be kept; the request goes on."""
        self._logger.warning("last use not noted", extra=_unnoted(token, failure))

    def write_unnoted_call(self, token: ApiToken, failure: Exception) -> None:
        """Write that a call isn't in the access log, or may not be."""
        self._logger.warning("call not noted", extra=_unnoted(token, failure))


def _directives(namespace: str, encode: Callable[[object], str]) -> dict[tuple[bool, bool], str]:
    """What CloudWatch is to take out of a line: with or without a known token, of a refusal or not."""

    every = _metric(namespace, "Duration", "Milliseconds", ["service"])
    by_class = ["service", "status_class"]
    nobodys, somebodys = (
        _metric(namespace, "Requests", "Count", by_class),
        _metric(namespace, "Requests", "Count", by_class, ["dialect"]),
    )
    refused = _metric(namespace, "Refusals", "Count", ["kind"])
    return {
        (False, False): encode([nobodys, every]),
        (False, True): encode([nobodys, every, refused]),
        (True, False): encode([somebodys, every]),
        (True, True): encode([somebodys, every, refused]),
    }


def _metric(namespace: str | None, name: str, unit: str, *dimensions: list[str]) -> dict[str, object]:
    metrics = [{"Name": name, "Unit": unit}]
    return {"Namespace": namespace, "Dimensions": dimensions, "Metrics": metrics}


def _unnoted(token: ApiToken, failure: Exception) -> dict[str, object]:
    return {"token": token.preview, "error": type(failure).__name__, "cause": _causes(failure)}


def _causes(failure: BaseException) -> list[str]:
    causes = []
    while (cause := failure.__cause__ or failure.__context__) is not None:
        response = getattr(cause, "response", None)
        code = response.get("Error", {}).get("Code", "") if isinstance(response, dict) else ""
        causes.append(f"{type(cause).__name__} {code}".strip())
        failure = cause
    return causes


def _places(failure: BaseException) -> list[str]:
    return [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(failure.__traceback__)
    ]
