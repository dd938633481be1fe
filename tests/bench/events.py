"""How many of SES's events one core takes in, with the store's time taken out.

The real handler takes batches of ten through the real adapters; a stub stands where botocore would send, and answers at once. The
floor, in the same run, is what nobody can do without: parsing the same documents and making the very same calls by a bare
botocore client. Both take turns, so that a busy machine disturbs them alike; figures are CPU time of the
best round, which other work on the machine has disturbed least.
`python -m tests.bench.events` (or `make bench-events`).
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import time
import zlib
from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import botocore.session
from botocore.awsrequest import AWSResponse

from tests.bench.results import note
from tests.fakes.mail_events import ACCOUNT, DOMAIN, MESSAGE, batch_of, event_document

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "layers" / "letterhead"))
EVENTS_A_SECOND = 500
TIMES_THE_FLOOR = 2.0
ROUNDS = 9
BATCHES = 20
# What mails bring, about: they are accepted and sent, most arrive, one in fifty doesn't.
ACCEPTED = "accepted"
MIX = {
    ACCEPTED: 480,
    "send": 480,
    "delivery": 470,
    "delivery_delay": 20,
    "bounce_permanent": 14,
    "bounce_transient": 14,
    "complaint": 2,
}
_ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "METRICS_NAMESPACE": "letterhead",
    "DOMAINS_TABLE": "domains",
    "SUPPRESSIONS_TABLE": "suppressions",
    "ACTIVITY_TABLE": "activity",
    "ACTIVITY_DAYS": "30",
    "COUNTS_TABLE": "counts",
    "RECIPIENTS_TABLE": "recipients",
    "STRAY_EVENTS_TABLE": "strays",
    "OUTBOX_TABLE": "outbox",
    "MESSAGES_TABLE": "messages",
    "BOUNCE_WARNING_PERCENT": "2",
    "BOUNCE_PAUSE_PERCENT": "5",
    "COMPLAINT_WARNING_PERCENT": "0.1",
    "COMPLAINT_PAUSE_PERCENT": "0.3",
    "REPUTATION_VOLUME": "100",
}
_ANSWERS: dict[str, Any] = {
    "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "DescribeTable": {},
    "GetItem": {},
    "PutItem": {},
    "Query": {"Items": [], "Count": 0, "ScannedCount": 0},
    "UpdateItem": {"Attributes": {}},
}
_DRAFT = {"to": [["person", "customer.example", ""]], "subject": "Your order has left"}
_MESSAGE: dict[str, Any] = {
    "Item": {
        "account_id": {"S": ACCOUNT},
        "message_id": {"S": MESSAGE},
        "domain": {"S": DOMAIN},
        "from": {"S": "hello@client.example"},
        "draft": {"B": b64encode(zlib.compress(json.dumps(_DRAFT).encode())).decode()},
        "created": {"N": str(1_780_000_000_000_000)},
        "status": {"S": "queued"},
        "forget_at": {"N": str(9_999_999_999)},
    }
}


class Store:
    """Answers every call of a client at once; `asked` holds the calls while it is a list."""

    def __init__(self, client: Any) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] | None = None
        client.meta.events.register("before-send.dynamodb", self._answer)
        client.meta.events.register("provide-client-params.dynamodb", self._note)

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        headers = {"content-type": "application/x-amz-json-1.0"}
        about_a_message = operation == "GetItem" and b'"messages"' in request.body
        answer = _MESSAGE if about_a_message else _ANSWERS[operation]
        return AWSResponse(request.url, 200, headers, Raw(json.dumps(answer).encode()))

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self.asked is not None:
            self.asked.append((model.name, params))


class Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


def loaded_handler() -> Any:
    """The function as Lambda loads it."""
    os.environ.update(_ENVIRONMENT)
    spec = spec_from_file_location("ses_events", ROOT / "functions" / "ses_events" / "app.py")
    module = module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    for each in logging.getLogger("ses_events").handlers:
        each.setStream(io.StringIO())  # type: ignore[attr-defined]
    return module.handler


def batches(names: list[str], serial: str) -> list[dict[str, Any]]:
    """Batches of ten documents, each about a mail and a recipient of its own."""
    now = datetime.now(UTC)
    documents = [
        {"account_id": ACCOUNT, "accepted_message_id": MESSAGE}
        if name == ACCEPTED
        else event_document(
            name,
            to=[f"person{serial}-{number}@customer.example"],
            at=now - timedelta(seconds=number),
            serial=f"-{serial}-{number}",
        )
        for number, name in enumerate(names)
    ]
    return [batch_of(*documents[start : start + 10]) for start in range(0, len(documents), 10)]


def mixed(number: int) -> list[str]:
    """So many events, as they come of mails on the whole."""
    names = [name for name, share in MIX.items() for _ in range(share)]
    return [names[(position * 617) % len(names)] for position in range(number)]


def measure(names: list[str], handler: Any, store: Store, floor_client: Any) -> tuple[float, float, float]:
    """CPU microseconds an event: the handler's and the floor's; and calls an event."""
    theirs, floors, calls = [], [], 0
    operations = {
        "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_"): name for name in _ANSWERS
    }
    by_name = {name: getattr(floor_client, method) for method, name in operations.items()}
    for turn in range(ROUNDS + 1):
        work = batches(names, str(turn))
        store.asked = asked = []
        started = time.process_time()
        for batch in work:
            assert handler(batch, None) == {"batchItemFailures": []}
        handled = time.process_time() - started
        store.asked = None
        started = time.process_time()
        for batch in work:
            for record in batch["Records"]:
                json.loads(record["body"])
        for name, params in asked:
            by_name[name](**params)
        floor = time.process_time() - started
        if turn:  # the first round is for warming up
            theirs.append(handled)
            floors.append(floor)
            calls = len(asked)
    each = 1e6 / len(names)
    return min(theirs) * each, min(floors) * each, calls / len(names)


def main() -> int:
    """Measure, tell, and fail when a bound is missed."""
    handler = loaded_handler()
    from letterhead.adapters.tables.connection import connection

    store = Store(connection().client)
    floor_client = botocore.session.get_session().create_client("dynamodb")
    Store(floor_client)
    number = BATCHES * 10
    cases = {"as mails bring them": mixed(number)} | {name: [name] * number for name in Counter(MIX)}
    missed = False
    print(f"{'events':<22}{'calls each':>11}{'us each':>10}{'floor us':>10}{'x floor':>9}{'a second':>10}")
    for case, names in cases.items():
        handled, floor, calls = measure(names, handler, store, floor_client)
        print(
            f"{case:<22}{calls:>11.1f}{handled:>10.0f}{floor:>10.0f}{handled / floor:>9.2f}{1e6 / handled:>10.0f}"
        )
        if case == "as mails bring them":
            missed |= 1e6 / handled < EVENTS_A_SECOND
        note("SES events", case, handled, "us", floor=floor, bound=TIMES_THE_FLOOR)
        missed |= handled / floor > TIMES_THE_FLOOR
    print(
        f"bounds: at least {EVENTS_A_SECOND} a second as mails bring them, at most {TIMES_THE_FLOOR} x the floor in every case"
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
