"""The one router: from API Gateway's event to an operation, and from its reply or its error to API Gateway's answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from letterhead.dialects.people import problems as people
from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.reply import Reply
from letterhead.http import dialect_choice
from letterhead.http.event import HttpEvent
from letterhead.http.refusals import ForbiddenError, NoSuchCallError, UnsupportedMediaError, problem_of
from letterhead.http.request import PublicRequest, Request
from letterhead.http.request_log import RequestLog
from letterhead.http.routes import Route, methods_of, routes_of
from letterhead.tokens.authentication import (
    AccountSuspendedError,
    TokenLookup,
    UnauthenticatedError,
    authenticate,
)
from letterhead.tokens.scopes import allows
from letterhead.tokens.token import ApiToken

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of the edge; inside, time is an argument."""
    return datetime.now(UTC)


class Api:
    """The calls of one function, as the table of routes lists them.

    `operations` maps each operation's name to its code, which takes a `Request` (a `PublicRequest` for a page) and gives a
    `Reply`; a missing or a superfluous one is refused at the cold start. `tokens` may be left out by a function that has
    nothing but pages.
    """

    def __init__(
        self,
        function: str,
        operations: Mapping[str, Callable[[Any], Reply]],
        *,
        logger: Logger,
        tokens: TokenLookup | None = None,
        clock: Clock = utc_now,
    ) -> None:
        routes = routes_of(function)
        if set(operations) != {route.operation for route in routes}:
            raise ValueError(f"the operations of {function} differ from the table of routes")
        self._operations = operations
        self._tokens = tokens
        self._clock = clock
        self._log = RequestLog(logger)
        self._resolver = APIGatewayHttpResolver()
        by_path: dict[tuple[str, str], list[Route]] = {}
        for route in routes:
            by_path.setdefault((route.method, route.path), []).append(route)
        for (method, path), candidates in by_path.items():
            self._resolver.route(path.replace("{", "<").replace("}", ">"), method)(
                self._server(path, candidates)
            )
        self._resolver.not_found(self._no_such_path)

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one event of API Gateway."""
        return self._resolver.resolve(event, context)

    def _server(self, path: str, candidates: list[Route]) -> Callable[..., Response[str]]:
        def serve(**parameters: str) -> Response[str]:
            decoded = {name: unquote(value) for name, value in parameters.items()}
            return self._answer(path, candidates, decoded)

        return serve

    def _no_such_path(self, _: Exception) -> Response[str]:
        return self._answer("", [], {})

    def _answer(self, path: str, candidates: list[Route], parameters: Mapping[str, str]) -> Response[str]:
        started = time.perf_counter()
        http = HttpEvent(self._resolver.current_event.raw_event)
        token: ApiToken | None = None
        failure: Exception | None = None
        for_people = bool(candidates) and candidates[0].dialect is None
        try:
            if for_people:
                reply = self._operations[candidates[0].operation](
                    PublicRequest(**self._common(http, parameters))
                )
            else:
                token = self._authenticate(http)
                reply = self._call(http, token, candidates, parameters)
        except Exception as error:  # noqa: BLE001 - the one place where an error becomes an answer
            failure = error
            problem = problem_of(error)
            reply = people.render(problem) if for_people else self._refusal(http, token, problem)
        seconds = time.perf_counter() - started
        self._log.write(http, path, status=reply.status, seconds=seconds, token=token, failure=failure)
        return _response(reply, http.request_id)

    def _authenticate(self, http: HttpEvent) -> ApiToken:
        if self._tokens is None:
            raise NoSuchCallError(methods_of(http.path))
        token = authenticate(http.authorization, self._tokens, self._clock())
        if not dialect_choice.speaks(token.dialect, http.path):
            raise UnauthenticatedError
        return token

    def _call(
        self, http: HttpEvent, token: ApiToken, candidates: list[Route], parameters: Mapping[str, str]
    ) -> Reply:
        if token.account_suspended:
            raise AccountSuspendedError
        route = next((route for route in candidates if route.dialect is token.dialect), None)
        if route is None:
            raise NoSuchCallError(())
        if not allows(token.scopes, route.scope):
            raise ForbiddenError
        if http.body and not http.has_json:
            raise UnsupportedMediaError
        return self._operations[route.operation](Request(**self._common(http, parameters), token=token))

    def _common(self, http: HttpEvent, parameters: Mapping[str, str]) -> dict[str, Any]:
        return {
            "parameters": parameters,
            "query": http.query,
            "headers": http.headers,
            "body": http.body,
            "base_url": http.base_url,
            "now": self._clock(),
        }

    def _refusal(self, http: HttpEvent, token: ApiToken | None, problem: Problem) -> Reply:
        dialect = token.dialect if token else dialect_choice.guess(http.path, http.authorization, http.body)
        reply = dialect_choice.render(problem, dialect)
        headers = dict(reply.headers)
        if problem.kind is Kind.UNAUTHENTICATED:
            headers["WWW-Authenticate"] = "Bearer"
        if problem.retry_after is not None:
            headers["Retry-After"] = str(problem.retry_after)
        if problem.allow:
            headers["Allow"] = ", ".join(problem.allow)
        return Reply(reply.status, reply.body, headers, reply.content_type)


def _response(reply: Reply, request_id: str) -> Response[str]:
    if reply.body is None or isinstance(reply.body, str):
        body = reply.body or ""
    else:
        body = json.dumps(reply.body, ensure_ascii=False, separators=(",", ":"))
    headers: dict[str, str | list[str]] = {
        "x-request-id": request_id,
        "cache-control": "no-store",
        **reply.headers,
    }
    return Response(status_code=reply.status, content_type=reply.content_type, body=body, headers=headers)
