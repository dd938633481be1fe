"""What sending costs in CPU: accepting a mail beside the same AWS calls by bare botocore, and letting mails leave.

    python -m tests.bench.send            (or `make bench-send`)

The functions run as Lambda loads them. What AWS answers is recorded from moto and then given back at once by a process of its
own; both sides take turns, and the best round counts, for neighbours only ever add.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import botocore.session
from botocore.config import Config

from letterhead import identifiers
from letterhead.adapters.aws_session import boto3_session
from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.messages import MessageTable
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.tokens.dialect import Dialect
from tests.bench.canned_dynamodb import canned_dynamodb
from tests.bench.results import note
from tests.fakes.agency import Agency
from tests.fakes.api_gateway import api_event
from tests.fakes.aws import ENVIRONMENT, aws_with_tables
from tests.fakes.mail_events import batch_of
from tests.fakes.message_world import draft, message
from tests.fakes.sending_domains import registered_domain
from tests.fakes.stored_domains import put
from tests.functions.conftest import LoadedFunction, environment_of, resolved

ROUNDS = 120
CALLS = 5
ACCEPT_BOUND = 1.60
MAILS_A_SECOND = 200
BATCH = 10
_UNTIL_LEASED = 12  # requests, by which the limits are leased
_TEXT = "Your order has left our house and will be with you in a day or two.\n" * 12
SES_ANSWERS = {
    ("SES", "/v2/email/account"): {
        "SendQuota": {"MaxSendRate": 1e6, "Max24HourSend": 1e9, "SentLast24Hours": 0}
    },
    ("SES", "/v2/email/outbound-emails"): {"MessageId": "0100000000000000-bench-000000"},
}


def main() -> int:
    """Measure, tell, and fail when a bound is missed."""
    os.environ.update(ENVIRONMENT)
    accepted = [_accepting(dialect) for dialect in Dialect]
    leaving = _leaving()
    return int(not all([*accepted, leaving]))


def _accepting(dialect: Dialect) -> bool:
    with _recording():
        agency = _agency()
        event = _send_event(dialect, agency.token(dialect).text)
        recorded = Recorded()
        act = _answered(_loaded("email"), event)
        for _ in range(_UNTIL_LEASED):
            recorded.calls.clear()
            act()
        recorded.end()
    with canned_dynamodb(recorded.answers, by_table) as url:
        _answer_at(url)
        floor, ours = _by_turns(recorded.by_bare_botocore(), _answered(_loaded("email"), event), ROUNDS)
    within = ours / floor <= ACCEPT_BOUND
    note("sending", f"accepting, {dialect.value}", ours, "us", floor=floor, bound=ACCEPT_BOUND)
    print(
        f"accept {dialect.value:<11} {ours:7.0f} us, its {len(recorded.calls)} AWS calls {floor:6.0f} us; "
        f"ratio {ours / floor:.2f}, bound {ACCEPT_BOUND}: {'within' if within else 'BEYOND'}"
    )
    return within


def _leaving() -> bool:
    with canned_dynamodb(
        {key: json.dumps(value).encode() for key, value in SES_ANSWERS.items()}, by_table
    ) as ses:
        os.environ["AWS_ENDPOINT_URL_SESV2"] = ses
        with _recording():
            agency = _agency()
            (domain,) = agency.domains.of_account(agency.account.account_id)
            store = MessageTable("MessagesTable", MessageContents("ContentsBucket"), timedelta(days=30))
            ids = [identifiers.new_id(datetime.now(UTC)) for _ in range(BATCH)]
            for message_id in ids:
                store.add(
                    replace(
                        message(
                            message_id=message_id,
                            account_id=agency.account.account_id,
                            draft=draft(text=_TEXT),
                        ),
                        domain_id=domain.domain_id,
                        created_at=datetime.now(UTC),
                    )
                )
            batch = batch_of(*({"account_id": agency.account.account_id, "message_id": each} for each in ids))
            recorded = Recorded(first=True)
            _departed(_loaded("send_messages"), batch)()
            recorded.end()
        with canned_dynamodb(recorded.answers, by_table) as url:
            _answer_at(url)
            act = _departed(_loaded("send_messages"), batch)
            floor, ours = _by_turns(recorded.by_bare_botocore(), act, max(1, ROUNDS // BATCH))
    rate = 1e6 * BATCH / ours
    within = rate >= MAILS_A_SECOND
    note("sending", "leaving, beside its AWS calls", ours / BATCH, "us", floor=floor / BATCH)
    note("sending", "leaving, a mail", ours / BATCH, "us", bound=1e6 / MAILS_A_SECOND)
    print(
        f"leave {ours / BATCH:14.0f} us a mail, its {len(recorded.calls) / BATCH:.1f} AWS calls {floor / BATCH:.0f} us; "
        f"{rate:.0f} mails a second and core, bound {MAILS_A_SECOND}: {'within' if within else 'BEYOND'}"
    )
    return within


class Recorded:
    """The AWS calls that are made from now on, and the last answer to each kind of them, or the `first`."""

    def __init__(self, *, first: bool = False) -> None:
        self._first = first
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.answers: dict[tuple[str, str], bytes] = {}
        self._sent: list[tuple[str, str]] = []
        self._patch = patch("botocore.client.BaseClient._make_api_call", self._noting())
        self._patch.start()
        self._events = connection().client.meta.events
        self._events.register("before-call.dynamodb", self._on_request)
        self._events.register("after-call.dynamodb", self._on_answer)

    def end(self) -> None:
        """Record no more."""
        self._patch.stop()
        self._events.unregister("before-call.dynamodb", self._on_request)
        self._events.unregister("after-call.dynamodb", self._on_answer)

    def by_bare_botocore(self) -> Callable[[], object]:
        """The same calls by botocore's clients alone; DynamoDB's checks no parameters, as PynamoDB's doesn't."""
        session = botocore.session.get_session()
        unchecked = Config(parameter_validation=False)
        services = {service for service, _, _ in self.calls}
        clients = {
            service: session.create_client(service, config=unchecked if service == "dynamodb" else None)
            for service in services
        }

        def act() -> None:
            for service, operation, parameters in self.calls:
                clients[service]._make_api_call(operation, parameters)

        return act

    def _noting(self) -> Callable[..., object]:
        calls = self.calls
        make = botocore.client.BaseClient._make_api_call

        def noted(client: Any, operation: str, parameters: dict[str, Any]) -> object:
            calls.append((client.meta.service_model.service_name, operation, dict(parameters)))
            return make(client, operation, parameters)

        return noted

    def _on_request(self, params: dict[str, Any], **_: Any) -> None:
        self._sent.append(by_table(params["headers"]["X-Amz-Target"], params["body"]))

    def _on_answer(self, http_response: Any, **_: Any) -> None:
        key = self._sent[-1]
        if not (self._first and key in self.answers):
            self.answers[key] = http_response.content


def by_table(target: str, body: bytes) -> tuple[str, str]:
    """What a call is known by where ids differ from time to time: the operation and the tables, or SES's path."""
    if target.startswith("/"):
        return "SES", target
    asked = json.loads(body)
    tables = [asked["TableName"]] if "TableName" in asked else sorted(asked.get("RequestItems", ()))
    return target.rpartition(".")[2], ",".join(tables)


def _agency() -> Agency:
    agency = Agency()
    domain = registered_domain(
        "web-agency.com",
        agency.account.account_id,
        domain_id=identifiers.new_id(datetime.now(UTC)),
        can_send=True,
        statuses=dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED),
    )
    put(agency.domains, domain)
    return agency


def _send_event(dialect: Dialect, token: str) -> dict[str, Any]:
    sender, to = "news@web-agency.com", "rita@reader.example"
    path, body = {
        Dialect.MAILERSEND: (
            "/v1/email",
            {"from": {"email": sender}, "to": [{"email": to}], "subject": "Your order", "text": _TEXT},
        ),
        Dialect.SENDARA: (
            "/v1/send",
            {
                "destination": {"email": to},
                "payload": {"subject": "Your order", "body_text": _TEXT},
                "metadata": {"from_email": sender},
            },
        ),
        Dialect.SENDMAILOS: (
            "/api/v1/send",
            {"to": to, "from_email": sender, "subject": "Your order", "text": _TEXT},
        ),
    }[dialect]
    return api_event("POST", path, authorization=f"Bearer {token}", body=json.dumps(body))


def _loaded(name: str) -> LoadedFunction:
    environment = {variable: resolved(value) for variable, value in environment_of(name).items()}
    environment["SENDING_ENVIRONMENTS"] = "1"
    os.environ.update(environment)
    return LoadedFunction(name, environment)


@contextmanager
def _recording() -> Iterator[None]:
    """Moto answers, with the template's tables."""
    os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
    connection.cache_clear()
    boto3_session.cache_clear()
    with aws_with_tables():
        yield


def _answer_at(url: str) -> None:
    os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
    connection.cache_clear()
    boto3_session.cache_clear()


def _answered(function: LoadedFunction, event: dict[str, Any]) -> Callable[[], object]:
    def act() -> None:
        answer = function(event)
        if answer["statusCode"] >= 300:
            raise RuntimeError(answer)

    return act


def _departed(function: LoadedFunction, batch: dict[str, Any]) -> Callable[[], object]:
    def act() -> None:
        answer = function(batch)
        if answer != {"batchItemFailures": []}:
            raise RuntimeError(answer)

    return act


def _by_turns(floor: Callable[[], object], ours: Callable[[], object], rounds: int) -> tuple[float, float]:
    found = [(_microseconds(floor), _microseconds(ours)) for _ in range(rounds)]
    return min(one for one, _ in found), min(other for _, other in found)


def _microseconds(code: Callable[[], object]) -> float:
    started = time.process_time_ns()
    for _ in range(CALLS):
        code()
    return (time.process_time_ns() - started) / 1000 / CALLS


if __name__ == "__main__":
    sys.exit(main())
