"""What one webhook delivery costs beside what it can't do without, and how near many of them come to the endpoint's own pace.

The floor is an HMAC, a JSON body and two calls of a table by botocore, measured in the same rounds. DynamoDB and the endpoint
(over TLS) are played by another process on loopback, whose answers are ready. `make bench-webhooks`, or
`python -m tests.bench.webhooks`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.results import note

ROUNDS, IN_A_ROUND = 15, 100
CPU_BOUND = 2.0
DELIVERIES, AT_ONCE, ENDPOINT_SECONDS, PACE_BOUND = 1000, 10, 0.1, 1.3
FANOUT = 100
TABLES = ("DeliveriesTable", "WaitingDeliveriesTable", "CircuitsTable")
NOW = datetime(2026, 6, 14, 9, tzinfo=UTC)
ACCOUNT, ENDPOINT, EVENT = "0kx2m9ab1c3d4e5f", "0kx2m9ab1c3d4e60", "0kx2m9ab1c3d4e61"
KEY = b"k" * 32


class OneKey:
    """A data key that is known already: KMS is asked once in an environment's life."""

    def current(self) -> tuple[bytes, bytes]:
        return KEY, b"encrypted"

    def decrypted(self, encrypted: bytes) -> bytes:
        return KEY


def items() -> dict[str, Any]:
    """What the tables have: an endpoint with its secrets, an event, a delivery that is due."""
    from letterhead.adapters.sodium import Ed25519, SealedBox
    from letterhead.adapters.tables.delivery_items import DeliveryItem, delivery_item
    from letterhead.adapters.tables.endpoints import EndpointItem, EndpointTable, _item
    from letterhead.adapters.tables.outbox import OutboxItem, OutboxTable
    from letterhead.tokens.dialect import Dialect
    from letterhead.webhooks.delivery import Delivery, EventKey
    from letterhead.webhooks.endpoint import Endpoint
    from letterhead.webhooks.signing_secrets import Secrets, new_secret, public_key_text, to_bytes

    EndpointTable("EndpointsTable")
    OutboxTable("OutboxTable")
    DeliveryItem.bind("DeliveriesTable")
    secret = new_secret(Dialect.SENDARA, os.urandom)
    endpoint = Endpoint(
        account_id=ACCOUNT,
        endpoint_id=ENDPOINT,
        dialect=Dialect.SENDARA,
        url="http://127.0.0.1/",
        events=("domain.verified",),
        sealed=SealedBox(OneKey()).seal(to_bytes(Secrets(secret)), ENDPOINT.encode()),
        public_key=public_key_text(secret, Ed25519()),
        created_at=NOW,
        updated_at=NOW,
    )
    event = OutboxItem(
        account_id=ACCOUNT,
        event_id=EVENT,
        event_type="domain.verified",
        domain_id=EVENT,
        occurred_at=NOW,
        data={
            "name": "mail.acme.com",
            "status": "verified",
            "records": [{"name": f"{n}.acme.com"} for n in range(6)],
        },
        forget_at=1,
    )
    delivery = Delivery(
        ENDPOINT, EVENT, EventKey(ACCOUNT, EVENT), "domain.verified", NOW, next_attempt_at=NOW
    )
    assert EndpointItem.Meta.table_name
    return {
        "EndpointsTable": _item(endpoint).serialize(),
        "OutboxTable": event.serialize(),
        "DeliveriesTable": delivery_item(delivery).serialize(),
    }


def serve(authority_file: str) -> None:
    """DynamoDB and the endpoint, whose authority is written to a file, until the process is ended."""
    import asyncio

    import trustme
    from aiohttp import web

    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(authority_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    found = json.loads(json.dumps(items(), default=lambda raw: base64.b64encode(raw).decode()))

    async def table(request: web.Request) -> web.Response:
        operation = request.headers["X-Amz-Target"].partition(".")[2]
        asked = await request.json()
        if operation == "BatchGetItem":
            answer: Any = {
                "Responses": {
                    name: [with_url(found[name], request)] if name in found else []
                    for name in asked["RequestItems"]
                },
                "UnprocessedKeys": {},
            }
        elif operation == "GetItem":
            answer = {"Item": found["DeliveriesTable"]}
        elif operation == "Query":
            answer = {"Items": [found["EndpointsTable"]] * FANOUT, "Count": FANOUT}
        else:
            answer = {"Attributes": found["DeliveriesTable"]}
        return web.Response(body=json.dumps(answer).encode(), content_type="application/x-amz-json-1.0")

    def with_url(item: dict[str, Any], request: web.Request) -> dict[str, Any]:
        url = f"https://127.0.0.1:{request.app['runner'].addresses[1][1]}/hook"
        return item | {"url": {"S": url}} if "url" in item else item

    async def hook(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(ENDPOINT_SECONDS)
        return web.Response(text="ok")

    async def main() -> None:
        app = web.Application()
        app.add_routes([web.post("/", table), web.post("/hook", hook)])
        runner = app["runner"] = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())


@contextmanager
def world() -> Any:
    """The other process; the environment points at it."""
    authority_file = tempfile.mkstemp(suffix=".pem")[1]
    process = subprocess.Popen(
        [sys.executable, "-m", __spec__.name, "serve", authority_file], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        os.environ |= {
            "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{port}",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
        }
        yield authority_file
    finally:
        process.terminate()
        process.wait(10)
        Path(authority_file).unlink()


class _Answers:
    """An endpoint without a network."""

    def post(self, *_: object, **__: object) -> Any:
        from letterhead.outbound.exchange import Answer

        return Answer(200, b"ok", False, 0.001)


class _NoQueue:
    def put(self, *_: object, **__: object) -> None:
        """Nothing: successes queue nothing."""

    def ask(self, *_: object, **__: object) -> None:
        """Nothing: successes ask nobody."""


def delivering(http: Any) -> Any:
    """The act as the function puts it together."""
    from letterhead.adapters.sodium import Ed25519, SealedBox
    from letterhead.adapters.tables.delivery_loading import LoadingDeliveryTable
    from letterhead.dialects.webhook_payloads import render
    from letterhead.webhooks.circuit import Streaks
    from letterhead.webhooks.delivering import Delivering
    from letterhead.webhooks.sending import Sending

    store = LoadingDeliveryTable(
        *TABLES, endpoints_table="EndpointsTable", outbox_table="OutboxTable", activity_table="ActivityTable"
    )
    sending = Sending(http, SealedBox(OneKey()), Ed25519(), render, lambda: datetime.now(UTC))
    return Delivering(store, sending, _NoQueue(), _NoQueue(), Streaks(), lambda: 0.0)


def job() -> Any:
    from letterhead.webhooks.delivery import Job, Source

    return Job(ACCOUNT, ENDPOINT, EVENT, EVENT, Source.OUTBOX)


def floor() -> Callable[[], None]:
    """HMAC, JSON, and a read and a write of a table."""
    import botocore.session

    client = botocore.session.get_session().create_client("dynamodb")
    key = {"endpoint_id": {"S": ENDPOINT}, "delivery_id": {"S": EVENT}}
    payload = items_as_payload()

    def once() -> None:
        client.get_item(TableName="DeliveriesTable", Key=key, ConsistentRead=True)
        body = json.dumps(payload).encode()
        hmac.new(KEY, body, hashlib.sha256).hexdigest()
        client.update_item(
            TableName="DeliveriesTable",
            Key=key,
            UpdateExpression="SET #s = :s, tries = :t, attempts = :a REMOVE next_attempt_at",
            ConditionExpression="tries = :b AND round = :b",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={
                ":s": {"S": "delivered"},
                ":t": {"N": "1"},
                ":a": {"S": "[]"},
                ":b": {"N": "0"},
            },
        )

    return once


def items_as_payload() -> dict[str, object]:
    return {
        "event_type": "domain.verified",
        "payload": {"records": [{"name": f"{n}.acme.com"} for n in range(6)]},
    }


def cpu_ratio() -> tuple[float, float]:
    """Milliseconds of the floor and of a delivery, CPU of this process alone, medians of rounds that take turns."""
    act, due, least = delivering(_Answers()), job(), floor()
    cases: tuple[Callable[[], object], ...] = (least, lambda: act.carry_out(due, NOW))
    seen: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 1):
        for case, taken in zip(cases, seen, strict=True):
            started = time.process_time()
            for _ in range(IN_A_ROUND):
                case()
            if number:  # the first round warms up
                taken.append((time.process_time() - started) / IN_A_ROUND * 1000)
    return statistics.median(seen[0]), statistics.median(seen[1])


def pace(authority_file: str) -> float:
    """Seconds for all deliveries through the function's own handler, to an endpoint that takes a tenth of a second.

    They are one batch, of which ten are under way at any time: what SQS takes to bring batches isn't measured.
    """
    from aws_lambda_powertools import Logger

    from letterhead.adapters.dns_lookup import DnsLookup
    from letterhead.adapters.outbound_http.guarded_http import GuardedHttp
    from letterhead.adapters.outbound_http.idle_connections import IdleConnections
    from letterhead.adapters.webhook_queues import job_message, read_job
    from letterhead.http.job_batch import JobBatch
    from letterhead.outbound.rules import Rules

    logging.getLogger("bench").setLevel(logging.ERROR)
    resolver, rules = DnsLookup([("127.0.0.1", 1)]), Rules(emulated=True)
    http = GuardedHttp(resolver, rules, authorities=authority_file, idle=IdleConnections())
    batch = JobBatch(delivering(http), read_job, Logger(service="bench", level="ERROR"), emulated=False)
    records = [{"messageId": str(number), "body": job_message(job())} for number in range(DELIVERIES)]
    batch({"Records": records[:AT_ONCE]}, None)
    started = time.perf_counter()
    assert batch({"Records": records}, None) == {"batchItemFailures": []}
    return time.perf_counter() - started


def run() -> list[dict[str, object]]:
    """The rows: what, the figure, its floor or ideal, their ratio, its bound."""
    with world() as authority_file:
        least, ours = cpu_ratio()
        took = pace(authority_file)
    ideal = DELIVERIES / AT_ONCE * ENDPOINT_SECONDS
    return [
        {"case": "CPU of a delivery, ms", "figure": ours, "floor": least, "bound": CPU_BOUND},
        {"case": f"{DELIVERIES} deliveries, s", "figure": took, "floor": ideal, "bound": PACE_BOUND},
    ]


def main() -> int:
    """Print the table; 1 when a bound is broken."""
    rows = run()
    print(f"{'case':<28}{'figure':>9}{'floor':>9}{'ratio':>7}{'bound':>7}")
    broken = 0
    for row in rows:
        ratio = float(row["figure"]) / float(row["floor"])  # type: ignore[arg-type]
        case, unit = str(row["case"]).rsplit(", ", 1)
        note("webhooks", case, row["figure"], unit, floor=row["floor"], bound=row["bound"])  # type: ignore[arg-type]
        broken |= ratio > float(row["bound"])  # type: ignore[arg-type]
        print(f"{row['case']:<28}{row['figure']:>9.2f}{row['floor']:>9.2f}{ratio:>7.2f}{row['bound']:>7}")
    return broken


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2])
    else:
        sys.exit(main())
