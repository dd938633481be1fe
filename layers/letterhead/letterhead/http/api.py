"""The one router: from API Gateway's event to an operation, and from its reply or its error to API Gateway's answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from letterhead.dialects.people import problems as people
from letterhead.dialects.problem import Kind, Problem
from letterhead.http import dialect_choice
from letterhead.http.admission import UseNotes, check_call
from letterhead.http.call_notes import CallLog, CallNotes
from letterhead.http.event import HttpEvent
from letterhead.http.refusals import NoSuchCallError, UnsupportedMediaError, problem_of
from letterhead.http.rendering import gateway_answer
from letterhead.http.request import PublicRequest, Request, Subject
from letterhead.http.request_log import RequestLog
from letterhead.http.routes import Route, is_page, methods_of, routes_of
from letterhead.limits.standing import LimitExceededError, Standing
from letterhead.tokens.authentication import TokenLookup, UnauthenticatedError, admit, authenticate

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from letterhead.dialects.reply import Reply
    from letterhead.http.gate import Gate
    from letterhead.http.once import Once
    from letterhead.tokens.token import ApiToken

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of the edge; inside, time is an argument."""
    return datetime.now(UTC)


class _Exchange:
    """One request on its way: what is known of it so far, for its answer's shape and for the log."""

    def __init__(self, http: HttpEvent, now: datetime) -> None:
        self.http = http
        self.now = now
        self.token: ApiToken | None = None
        self.standings: Sequence[Standing] = ()
        self.failure: Exception | None = None
        self.counted = False
        self.subject = Subject()


class Api:
    """The calls of one function, as the table of routes lists them.

    `operations` maps each operation's name to its code, which takes a `Request` (a `PublicRequest` for a page) and gives a
    `Reply`; a missing or a superfluous one is refused at the cold start. `tokens`, `gate`, `once` and `access_log` may be
    left out by a function that has nothing but pages. `metrics` is the namespace of the requests' metrics.
    """

    def __init__(
        self,
        function: str,
        operations: Mapping[str, Callable[[Any], Reply]],
        *,
        logger: Logger,
        metrics: str | None = None,
        tokens: TokenLookup | None = None,
        gate: Gate | None = None,
        once: Once | None = None,
        access_log: CallLog | None = None,
        clock: Clock = utc_now,
    ) -> None:
        routes = routes_of(function)
        if set(operations) != {route.operation for route in routes}:
            raise ValueError(f"the operations of {function} differ from the table of routes")
        self._operations = operations
        self._tokens = tokens
        self._gate = gate
        self._once = once
        self._uses = None if tokens is None else UseNotes(tokens)
        self._calls = None if access_log is None else CallNotes(access_log)
        self._clock = clock
        self._log = RequestLog(logger, metrics)
        self._candidates: dict[str, list[Route]] = {}
        for route in routes:
            self._candidates.setdefault(f"{route.method} {route.path}", []).append(route)

    def __call__(self, event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """Answer one event of API Gateway, which has matched the path and says so in the route key."""
        started = time.perf_counter()
        exchange = _Exchange(HttpEvent(event), self._clock())
        http = exchange.http
        candidates = self._candidates.get(http.route_key, [])
        if candidates[0].dialect is None if candidates else is_page(http.path):
            reply = self._page(exchange, candidates)
        else:
            reply = self._reply(exchange, candidates)
        limits = self._limits(exchange)
        route, seconds = candidates[0].path if candidates else "", time.perf_counter() - started
        self._note_call(exchange, route, reply.status, seconds)
        self._log.write(
            http,
            route,
            now=exchange.now,
            status=reply.status,
            seconds=seconds,
            token=exchange.token,
            failure=exchange.failure,
        )
        return gateway_answer(reply, http, limits)

    def _page(self, exchange: _Exchange, candidates: list[Route]) -> Reply:
        try:
            if not candidates:
                raise NoSuchCallError(())
            return self._operations[candidates[0].operation](PublicRequest(**_common(exchange)))
        except Exception as error:  # noqa: BLE001 - an error becomes an answer
            exchange.failure = error
            return people.render(problem_of(error))

    def _reply(self, exchange: _Exchange, candidates: list[Route]) -> Reply:
        try:
            token = self._authenticate(exchange)
            admit(token, exchange.http.source_address)
            if self._gate is not None:
                exchange.standings = self._gate.admit(token, exchange.now)
            exchange.counted = True
            self._note_use(token, exchange.now)
            route = next((route for route in candidates if route.dialect is token.dialect), None)
            if route is None:
                raise NoSuchCallError(())
            check_call(token, route)
            if exchange.http.body and not exchange.http.has_body_of(route.body_type):
                raise UnsupportedMediaError
            if self._once is None:
                return self._perform(exchange, token, route)
            act = partial(self._perform, exchange, token, route)
            return self._once.carry_out(exchange.http, token, route, act, exchange.now)
        except Exception as error:  # noqa: BLE001 - an error becomes an answer
            return self._refusal(exchange, error)

    def _authenticate(self, exchange: _Exchange) -> ApiToken:
        http = exchange.http
        if self._tokens is None:
            raise NoSuchCallError(methods_of(http.path))
        token = authenticate(http.authorization, self._tokens, exchange.now)
        if not dialect_choice.speaks(token.dialect, http.path):
            raise UnauthenticatedError
        exchange.token = token
        exchange.subject.domain_id = token.domain_id
        return token

    def _note_use(self, token: ApiToken, now: datetime) -> None:
        try:
            if self._uses is not None:
                self._uses.note(token, now.date())
        except Exception as error:  # noqa: BLE001 - knowing when a token was used is worth no refused request
            self._log.write_unnoted_use(token, error)

    def _note_call(self, exchange: _Exchange, route: str, status: int, seconds: float) -> None:
        token = exchange.token
        if self._calls is None or token is None:
            return
        try:
            self._calls.note(
                exchange.http,
                route,
                token,
                counted=exchange.counted,
                status=status,
                seconds=seconds,
                domain_id=exchange.subject.domain_id,
                now=exchange.now,
            )
        except Exception as error:  # noqa: BLE001 - a note of a call is worth no failed call
            self._log.write_unnoted_call(token, error)

    def _perform(self, exchange: _Exchange, token: ApiToken, route: Route) -> Reply:
        try:
            return self._operations[route.operation](
                Request(**_common(exchange), token=token, subject=exchange.subject)
            )
        except Exception as error:  # noqa: BLE001 - an error becomes an answer
            return self._refusal(exchange, error)

    def _refusal(self, exchange: _Exchange, error: Exception) -> Reply:
        exchange.failure = error
        if isinstance(error, LimitExceededError):
            exchange.standings = error.standings
        http, token, problem = exchange.http, exchange.token, problem_of(error)
        dialect = token.dialect if token else dialect_choice.guess(http.path, http.authorization, http.body)
        reply = dialect_choice.render(problem, dialect)
        return replace(
            reply,
            headers={**reply.headers, **_headers_of(problem)},
            provisional=problem.provisional or problem.kind is Kind.PROVIDER_REFUSED,
        )

    def _limits(self, exchange: _Exchange) -> Mapping[str, str]:
        if self._gate is None or exchange.token is None or not exchange.standings:
            return {}
        return self._gate.headers(exchange.token, exchange.standings, exchange.now)


def _common(exchange: _Exchange) -> dict[str, Any]:
    http = exchange.http
    return {
        "parameters": http.parameters,
        "query": http.query,
        "headers": http.headers,
        "body": http.body,
        "base_url": http.base_url,
        "now": exchange.now,
    }


def _headers_of(problem: Problem) -> dict[str, str]:
    headers = {}
    if problem.kind is Kind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.allow:
        headers["Allow"] = ", ".join(problem.allow)
    return headers
