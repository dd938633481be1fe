"""One line a request: enough to find a caller's trouble, nothing that is secret or personal."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from letterhead.dialects.problem import Kind
from letterhead.http.refusals import problem_of

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from letterhead.http.event import HttpEvent
    from letterhead.tokens.token import ApiToken

_NOT_THE_CALLERS = (Kind.INTERNAL, Kind.UNAVAILABLE, Kind.PROVIDER_REFUSED)


class RequestLog:
    """Writes the one line. The path is the route's, never the caller's own, for that may hold an address or a secret link."""

    def __init__(self, logger: Logger) -> None:
        self._logger = logger

    def write(
        self,
        http: HttpEvent,
        route: str,
        *,
        status: int,
        seconds: float,
        token: ApiToken | None,
        failure: Exception | None,
    ) -> None:
        """Write the line of one request; an error that isn't the caller's is written with its kind, for the alarms to find it,
        and its place, never with its text."""
        line: dict[str, object] = {
            "request": http.request_id,
            "method": http.method,
            "route": route or "none",
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
        }
        if token is not None:
            line |= {"account": token.account_id, "dialect": token.dialect, "token": token.preview}
        kind = None if failure is None else problem_of(failure).kind
        if failure is None or kind not in _NOT_THE_CALLERS:
            self._logger.info("request", extra=line)
            return
        line |= {"kind": kind, "error": type(failure).__name__}
        line |= {"cause": _causes(failure), "where": _places(failure)}
        self._logger.error("request failed", extra=line)

    def write_unnoted_use(self, token: ApiToken, failure: Exception) -> None:
        """Write that the day of a token's use couldn't be kept; the request goes on."""
        self._logger.warning("last use not noted", extra=_unnoted(token, failure))

    def write_unnoted_call(self, token: ApiToken, failure: Exception) -> None:
        """Write that a call isn't in the access log, or may not be."""
        self._logger.warning("call not noted", extra=_unnoted(token, failure))


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
