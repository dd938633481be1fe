"""What an operation uses in request units of DynamoDB, counted: docs/cost.md is computed from it.

    python -m tests.bench.units

Functions run as Lambda loads them; moto holds the template's tables, and a meter counts by the size rules that AWS documents
(`tests/capacity_meter.py`). All of a warm call counts, authentication and leases of limits too; what many calls share is counted
over many. Nothing is timed, so the figures are the same on every machine, but for a lease that ends with a minute.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from letterhead import identifiers
from letterhead.adapters.aws_session import boto3_session
from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.messages import MessageTable
from letterhead.dialects.mailersend.ids import read_message_id
from letterhead.tokens.dialect import Dialect
from tests.bench.canned_dynamodb import canned_dynamodb
from tests.bench.results import note
from tests.bench.send import SES_ANSWERS, by_table
from tests.capacity_meter import metered
from tests.fakes.agency import Agency
from tests.fakes.api_gateway import api_event
from tests.fakes.aws import ENVIRONMENT, aws_with_tables
from tests.fakes.mail_events import batch_of, event_document
from tests.fakes.message_world import draft, mailbox, message
from tests.functions.conftest import LoadedFunction, environment_of, resolved

CALLS = 40
BATCH = 10
WARM_UP = 20  # requests, by which the limits are leased and a domain's warm-up has begun
OF_A_MAIL = ("send", "delivery")
SCHEDULED = {"message_sweep": 1, "webhook_retries": 1, "end_holds": 5, "reverify_sweep": 15}
"""Every how many minutes."""
Act = Callable[[int], Any]


def main() -> None:
    """Count, and tell."""
    os.environ.update(ENVIRONMENT)
    print(f"{'operation':<28}{'RRU':>8}{'WRU':>8}")
    for operation, prepare in (
        ("read one", _reading_one),
        ("list 25", _listing),
        ("create an identity", _creating),
        ("send to one", _sending),
        ("a mail's events", _hearing),
        *((f"nothing due, {name}", partial(_looking, name)) for name in SCHEDULED),
    ):
        with _clean():
            found = _counted(prepare())
        for unit, figure in filter(itemgetter(1), found.items()):
            note("units", operation, figure, unit)
        print(f"{operation:<28}" + "".join(f"{figure:>8.2f}" for figure in found.values()))


def _counted(act: Act) -> dict[str, float]:
    """What one call uses, over `CALLS` of them."""
    for number in range(WARM_UP):
        act(-1 - number)
    with metered(connection().client) as meter:
        for number in range(CALLS):
            act(number)
    return {"RRU": meter.read_units() / CALLS, "WRU": meter.write_units() / CALLS}


def _reading_one() -> Act:
    agency = Agency()
    made = agency.identity("amy@bookshelf.example", agency.domain("mail.agency.example"))
    return _asking(agency, "identities", "GET", f"/v1/identities/{made.identity_id}")


def _listing() -> Act:
    agency = Agency()
    domain = agency.domain("mail.agency.example")
    for number in range(30):
        agency.identity(f"client{number}@bookshelf.example", domain)
    return _asking(agency, "identities", "GET", "/v1/identities", query="limit=25")


def _creating() -> Act:
    agency = Agency()
    domain = agency.domain("mail.agency.example")

    def body(number: int) -> dict[str, Any]:
        email = f"client{number}@bookshelf.example"
        return {"domain_id": domain.domain_id, "name": "Amy", "email": email}

    return _asking(agency, "identities", "POST", "/v1/identities", body=body)


def _sending() -> Act:
    """A mail that is accepted, and leaves in a batch with the nine before it."""
    agency = Agency()
    agency.domain("mail.agency.example")

    def body(number: int) -> dict[str, Any]:
        return {
            "from": {"email": "news@mail.agency.example"},
            "to": [{"email": f"reader{number}@reader.example"}],
            "subject": "Your order",
            "text": "Your order has left our house.",
        }

    accept, leave = _asking(agency, "email", "POST", "/v1/email", body=body), _loaded("send_messages")
    waiting: list[dict[str, Any]] = []

    def act(number: int) -> None:
        answer = accept(number)
        message_id = read_message_id(answer["headers"]["x-message-id"])
        waiting.append({"account_id": agency.account.account_id, "message_id": message_id})
        if len(waiting) == BATCH:
            if leave(batch_of(*waiting)) != {"batchItemFailures": []}:
                raise RuntimeError(number)
            waiting.clear()

    return act


def _hearing() -> Act:
    """What is heard of a mail: that it was accepted, sent and delivered."""
    agency = Agency()
    domain = agency.domain("mail.agency.example")
    account_id = agency.account.account_id
    store = MessageTable("MessagesTable", MessageContents("ContentsBucket"), timedelta(days=30))
    now, ids = datetime.now(UTC), {}
    for number in range(-WARM_UP, CALLS):
        to = (mailbox(f"reader{number}@reader.example"),)
        ids[number] = identifiers.new_id(now)
        facts = {"account_id": account_id, "domain_id": domain.domain_id, "created_at": now}
        store.add(message(message_id=ids[number], draft=draft(to=to), **facts))
    function = _loaded("ses_events")

    def act(number: int) -> None:
        accepted = {"account_id": account_id, "accepted_message_id": ids[number]}
        tags = {"account": account_id, "domain": domain.domain_id, "message": ids[number]}
        told = {"to": [f"reader{number}@reader.example"], "serial": f"-{number}", "tags": tags}
        events = [event_document(name, at=now + timedelta(seconds=1), **told) for name in OF_A_MAIL]
        if function(batch_of(accepted, *events)) != {"batchItemFailures": []}:
            raise RuntimeError(number)

    return act


def _looking(name: str) -> Act:
    """What a schedule calls, while there is nothing to do."""
    queue = boto3_session().client("sqs").create_queue(QueueName="LookQueue")["QueueUrl"]
    function = _loaded(name, LOOK_QUEUE_URL=queue)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    began = datetime.now(UTC)

    def act(number: int) -> None:
        moment = began + (WARM_UP + number) * timedelta(minutes=SCHEDULED[name])
        function.app.handler({"time": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}, context)

    return act


def _asking(
    agency: Agency,
    function: str,
    method: str,
    path: str,
    *,
    query: str = "",
    body: Callable[[int], dict[str, Any]] | None = None,
) -> Act:
    """One request of MailerSend's dialect after another."""
    authorization = f"Bearer {agency.token(Dialect.MAILERSEND).text}"
    loaded = _loaded(function)

    def act(number: int) -> dict[str, Any]:
        text = None if body is None else json.dumps(body(number))
        answer = loaded(api_event(method, path, authorization=authorization, body=text, query=query))
        if answer["statusCode"] >= 300:
            raise RuntimeError(answer)
        return answer

    return act


def _loaded(name: str, **chosen: str) -> LoadedFunction:
    environment = {variable: resolved(value) for variable, value in environment_of(name).items()}
    environment |= {"SENDING_ENVIRONMENTS": "1", **chosen}
    os.environ.update(environment)
    return LoadedFunction(name, environment)


@contextmanager
def _clean() -> Iterator[None]:
    connection.cache_clear()
    boto3_session.cache_clear()
    answers = {key: json.dumps(value).encode() for key, value in SES_ANSWERS.items()}
    with canned_dynamodb(answers, by_table) as ses, aws_with_tables():
        os.environ["AWS_ENDPOINT_URL_SESV2"] = ses
        yield


if __name__ == "__main__":
    main()
