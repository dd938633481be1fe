"""What one warm request costs in CPU, beside its floors, both measured in this run by turns.

    python -m tests.bench.request

The router alone (authentication, limits, rendering, one log line; the AWS calls stubbed) beside a dictionary's look-up and
`json.dumps`; and a whole request (`GET /v1/domains/{domain}/dns-records`) beside the same AWS calls made by bare botocore. What
those calls answer is recorded from moto and given back by a process of its own.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
from aws_lambda_powertools import Logger
from botocore.config import Config

from letterhead.adapters.domain_names import DomainNames
from letterhead.adapters.tables.checks import CheckTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.limits import LimitTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.dialects.reply import Reply
from letterhead.http.api import Api
from letterhead.http.domain_record_calls import DomainRecordCalls
from letterhead.http.gate import Gate
from letterhead.http.once import Once
from letterhead.http.routes import routes_of
from letterhead.limits.leases import Leases
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import issue
from tests.bench.canned_dynamodb import canned_dynamodb, key_of
from tests.bench.results import note
from tests.fakes.api_gateway import api_event
from tests.fakes.aws import ENVIRONMENT, aws_with_tables
from tests.fakes.limit_store import InMemoryLedgers
from tests.fakes.sending_domains import NOW
from tests.fakes.tenant import tenant
from tests.fakes.token_lookup import InMemoryTokens

ROUNDS = 200
CALLS = 20
ROUTER_BOUND_US = 100
ROUTER_BOUND = 30
REQUEST_BOUND = 1.60
AMOUNTS = (10**6, 10**6, 10**6)
FUNCTION = "domain_records"
Event = dict[str, Any]


@dataclass(frozen=True)
class Recorded:
    """The AWS calls of one warm request, and what each answers."""

    calls: list[tuple[str, dict[str, Any]]]
    answers: Mapping[tuple[str, str], bytes]


def main() -> None:
    """Measure and print."""
    floor, ours = by_turns(*router_and_floor())
    ratio = ours / floor
    verdict = "within" if ours <= ROUTER_BOUND_US and ratio <= ROUTER_BOUND else "BEYOND"
    note("request", "router", ours, "us", floor=floor, bound=ROUTER_BOUND)
    print(
        f"router       {ours:7.1f} us, floor {floor:6.1f} us; ratio {ratio:.1f}, "
        f"bounds {ROUTER_BOUND_US} us and {ROUTER_BOUND}: {verdict}"
    )
    os.environ.update(ENVIRONMENT)
    with aws_with_tables():
        caller = tenant()
        event = api_event(
            "GET", f"/v1/domains/{caller.domain.domain_id}/dns-records", authorization=caller.authorization
        )
        recorded = record(api_over_tables(), event)
    with canned_dynamodb(recorded.answers) as url:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
        connection.cache_clear()
        floor, ours = by_turns(bare_calls(recorded), answered(api_over_tables(), event))
    ratio = ours / floor
    verdict = "within" if ratio <= REQUEST_BOUND else "BEYOND"
    note("request", "whole, warm", ours, "us", floor=floor, bound=REQUEST_BOUND)
    print(
        f"warm request {ours:7.1f} us, its {len(recorded.calls)} AWS calls {floor:6.1f} us; ratio {ratio:.2f}, "
        f"bound {REQUEST_BOUND}: {verdict}"
    )


def by_turns(floor: Callable[[], object], ours: Callable[[], object]) -> tuple[float, float]:
    """CPU of one call of each in microseconds: the best of rounds in which they take turns, for neighbours only ever add."""
    rounds = [(_microseconds(floor), _microseconds(ours)) for _ in range(ROUNDS)]
    return min(one for one, _ in rounds), min(other for _, other in rounds)


def _microseconds(code: Callable[[], object]) -> float:
    started = time.process_time_ns()
    for _ in range(CALLS):
        code()
    return (time.process_time_ns() - started) / 1000 / CALLS


def router_and_floor() -> tuple[Callable[[], object], Callable[[], object]]:
    """A look-up by the route key with a JSON answer, and the router with the same operation behind it."""
    body = {"data": {"id": "0domain0domain00", "name": "acme.com", "is_verified": True}}
    issued = issue(
        token_id="0token0token0tok",
        account_id="0account0account",
        dialect=Dialect.MAILERSEND,
        name="bench",
        scopes=SCOPES[Dialect.MAILERSEND],
        now=NOW,
    )
    tokens = InMemoryTokens()
    tokens.add(issued.token)
    event = api_event("GET", "/v1/domains/0domain0domain00", authorization=f"Bearer {issued.text}")
    api = Api(
        "domains",
        {route.operation: lambda _: Reply(200, body) for route in routes_of("domains")},
        logger=_logger("bench-router"),
        metrics="bench",
        tokens=tokens,
        gate=Gate(Leases(InMemoryLedgers(), 0), AMOUNTS),
        once=Once(IdempotencyTable("IdempotencyTable")),
        clock=lambda: NOW,
    )
    operations = {event["routeKey"]: lambda _: body}

    def floor() -> object:
        return {"statusCode": 200, "body": json.dumps(operations[event["routeKey"]](event))}

    return floor, answered(api, event)


def api_over_tables() -> Api:
    """The function of the domains' records."""
    calls = DomainRecordCalls(
        store=DomainTable("DomainsTable", ClaimTable("ClaimsTable")),
        history=CheckTable("ChecksTable"),
        names=DomainNames(),
    )
    return Api(
        FUNCTION,
        calls.operations,
        logger=_logger("bench-request"),
        metrics="bench",
        tokens=TokenTable("TokensTable"),
        gate=Gate(Leases(LimitTable("LimitsTable"), 0), AMOUNTS),
        clock=lambda: NOW,
    )


def _logger(service: str) -> Logger:
    return Logger(service=service, stream=Path(os.devnull).open("w", encoding="utf-8"))


def answered(api: Api, event: Event) -> Callable[[], object]:
    """One request of the API, which has to succeed."""

    def act() -> object:
        answer = api(event, None)
        if answer["statusCode"] != 200:
            raise RuntimeError(answer)
        return answer

    return act


def record(api: Api, event: Event) -> Recorded:
    """What the third request calls, and what all of them were answered: by then the limits are leased."""
    calls: list[tuple[str, dict[str, Any]]] = []
    answers: dict[tuple[str, str], bytes] = {}
    asked: list[tuple[str, str]] = []

    def on_parameters(params: dict[str, Any], model: Any, **_: Any) -> None:
        calls.append((model.name, dict(params)))

    def on_request(params: dict[str, Any], **_: Any) -> None:
        asked.append(key_of(params["headers"]["X-Amz-Target"], params["body"]))

    def on_answer(http_response: Any, **_: Any) -> None:
        answers[asked[-1]] = http_response.content

    events = connection().client.meta.events
    events.register("provide-client-params.dynamodb", on_parameters)
    events.register("before-call.dynamodb", on_request)
    events.register("after-call.dynamodb", on_answer)
    for _ in range(3):
        calls.clear()
        answered(api, event)()
    return Recorded(calls, answers)


def bare_calls(recorded: Recorded) -> Callable[[], object]:
    """The same calls by a botocore client of their own, which checks no parameters, as PynamoDB's doesn't."""
    client = botocore.session.get_session().create_client(
        "dynamodb", config=Config(parameter_validation=False)
    )

    def act() -> None:
        for operation, parameters in recorded.calls:
            client._make_api_call(operation, parameters)

    return act


if __name__ == "__main__":
    main()
