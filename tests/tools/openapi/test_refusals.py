"""Every refusal that the router can give to a call is in the call's document: each provoked, each looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from letterhead.dialects.reply import Reply
from letterhead.http import refusals as table
from letterhead.http.routes import ROUTES, Route
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.grant import Reach
from letterhead.tokens.scopes import ANY
from letterhead.tokens.secret import hash_of
from tests.fakes import documented
from tests.fakes.api_gateway import Answer
from tests.http.conftest import Door
from tools.openapi.document import APIS
from tools.openapi.refusals import CRASH, OF_NO_CALL, errors_of, sample_of

CALLS = [route for route in ROUTES if route.dialect is not None]
every_call = pytest.mark.parametrize(
    "route", CALLS, ids=[f"{route.dialect} {route.method} {route.path}" for route in CALLS]
)
ELSEWHERE = "2001:db8::/32"


class Raising:
    """An operation that fails as it is told."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, _: Any) -> Reply:
        raise self.error


def test_the_table_of_refusals_is_covered():
    # What a call can meet is declared or the router's; an error of the table that none has would be in no document.
    met = {
        error
        for route in CALLS
        for error in errors_of(route, APIS[route.dialect].operations[route.method, route.path])
    }
    known = set(table._PROBLEMS)
    assert known - _names(met | OF_NO_CALL) == set()
    assert _names(met) - known == _names({CRASH})


@every_call
def test_what_the_door_refuses_is_documented(route):
    door = Door(route.function)
    dialect = route.dialect
    refused = {
        401: [{}, {"token": "nothing"}],
        403: [
            {"token": door.token(dialect, account_suspended=True)},
            {"token": _token(door, dialect, paused=True)},
            {"token": door.token(dialect, allowed_networks=(ELSEWHERE,))},
        ],
        415: [],
    }
    if route.scope != ANY:
        refused[403].append({"token": _token(door, dialect, scopes=frozenset())})
    if route.reach > Reach.IDENTITY:
        refused[403].append({"token": door.token(dialect, identity_id="0identity0identi")})
    if not route.open_to_test_tokens and dialect is not Dialect.MAILERSEND:
        refused[403].append({"token": door.token(dialect, test_mode=True)})
    if route.method != "GET":
        plain = {"headers": {"content-type": "text/plain"}, "body": "x"}
        refused[415].append({"token": door.token(dialect), **plain})
    for status, requests in refused.items():
        for request in requests:
            answer = _ask(door, route, **request)
            assert answer.status == status
            assert _faults(route, answer) == []


@every_call
def test_what_an_operation_raises_is_documented(route):
    errors = errors_of(route, APIS[route.dialect].operations[route.method, route.path])
    door = Door(route.function)
    token = door.token(route.dialect)
    for error in errors:
        door.acts = Raising(sample_of(error).error)
        answer = _ask(door, route, token=token)
        assert answer.status >= 400
        assert _faults(route, answer) == []


@every_call
def test_what_api_gateway_refuses_is_documented(route):
    call = documented.operation(route.dialect, route.method, route.path)
    own = {"message": "Request Entity Too Large"}
    for status in (413, 431) if route.method != "GET" else (431,):
        schema = documented.resolved(route.dialect, call["responses"][str(status)])["content"][
            "application/json"
        ]
        assert documented.violations(route.dialect, schema["schema"], own) == []


def test_an_answer_that_is_not_documented_is_seen():
    def faults(**changes: Any) -> list[str]:
        answer = {"status": 204, "headers": {"x-request-id": "1"}, "text": ""} | changes
        return documented.faults("sendara", "DELETE", "/v1/keys/key_1", **answer)

    assert faults() == []
    assert faults(status=418) == ["deleteKey: 418 isn't documented"]
    assert faults(headers={}) == ["deleteKey: 204 lacks the header x-request-id"]
    assert faults(text="{}") == ["deleteKey: 204 has a body"]
    assert faults(status=404, text="x") == ["deleteKey: 404 is "]
    json = {"x-request-id": "1", "content-type": "application/json"}
    assert "'error' is a required property" in faults(status=404, headers=json, text="{}")[0]


def _token(door: Door, dialect: Dialect, **changes: Any) -> str:
    """A token that has become something that none is issued as."""
    text = door.token(dialect)
    door.tokens.add(replace(door.tokens.by_hash(hash_of(text)), **changes))
    return text


def _names(errors: Iterable[type[Exception]]) -> set[str]:
    """As the table of refusals has them."""
    return {f"{error.__module__.removeprefix('letterhead.')}.{error.__qualname__}" for error in errors}


def _ask(door: Door, route: Route, **request: Any) -> Answer:
    path = "/".join("x" if part.startswith("{") else part for part in route.path.split("/"))
    act: Callable[..., Answer] = door.call
    return act(route.method, path, **request)


def _faults(route: Route, answer: Answer) -> list[str]:
    return documented.faults(
        route.dialect,
        route.method,
        route.path,
        status=answer.status,
        headers=answer.headers,
        text=answer.text,
    )
