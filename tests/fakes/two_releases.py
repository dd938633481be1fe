"""One deployment for which two releases answer at once, as while one takes the other's place: same tables, queues and keys.

Nothing goes on by itself: a test says which of the two hands on what lies in streams and queues.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import sqs_backends

from tests.end_to_end.upgrade.release_before import unpack
from tests.fakes.api_gateway import Answer
from tests.fakes.aws import ENVIRONMENT, REGION
from tests.fakes.outside import ACCOUNT_ID, Outside
from tests.fakes.release import Release
from tests.fakes.served_aws import aws_served
from tests.fakes.source_template import FUNCTION, resources

ROOT = Path(__file__).parents[2]
# What a stream brings is less than what it has, by the template's filters.
_TOLD: Mapping[str, Any] = {
    "MessagesTable": lambda name, image: name == "INSERT" or (image or {}).get("status") == {"S": "queued"},
    "OutboxTable": lambda name, _: name == "INSERT",
    "ActivityTable": lambda name, _: name == "INSERT",
}


@dataclass(frozen=True)
class Owner:
    """An account, its three tokens, and the deployment that it calls."""

    account_id: str
    tokens: Mapping[str, str]

    def ask(
        self, release: Release, dialect: str, method: str, path: str, body: Any = None, **more: Any
    ) -> Answer:
        """One call, with a body as JSON, or as it is where it is text already; answers whatever came."""
        path, _, query = path.partition("?")
        if isinstance(body, str):
            more["body"] = body
        elif body is not None:
            more["json"] = body
        token = more.pop("token", self.tokens[dialect])
        return release.ask(method, path, token, query=query, **more)

    def done(
        self, release: Release, dialect: str, method: str, path: str, body: Any = None, **more: Any
    ) -> Any:
        """The JSON of a call that was served."""
        answer = self.ask(release, dialect, method, path, body, **more)
        assert answer.status < 300, (method, path, answer.status, answer.text)
        return answer.json if answer.text else None


@dataclass
class TwoReleases:
    """`this` is the release of this checkout, `before` the one that is kept."""

    this: Release
    before: Release
    outside: Outside
    urls: Mapping[str, str]
    _told: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _sqs: Any = field(default_factory=lambda: boto3.client("sqs"))

    @property
    def routes(self) -> frozenset[tuple[str, str]]:
        """The methods and paths that both have."""
        return self.this.routes & self.before.routes

    def owner(self, by: Release, name: str = "Agency") -> Owner:
        """A new account."""
        event = {"action": "create_account", "name": name, "owner_email": f"owner@{name.lower()}.example"}
        made = by("operator", event)
        return Owner(made["account_id"], made["tokens"])

    def verified(self, by: Release, owner: Owner, name: str) -> dict[str, Any]:
        """A domain with all its records, as its registration was answered."""
        made: dict[str, Any] = owner.done(by, "sendara", "POST", "/v1/domains", {"domain": name})
        self.outside.publish(name, made["dns_records"])
        checked = owner.done(by, "sendara", "POST", f"/v1/domains/{name}/verify")
        assert checked["fully_verified"], checked
        return made

    def relay(self, by: Release) -> None:
        """Have a release read what is new in the streams."""
        records: list[Any] = []
        for name, table in dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables.items():
            if table.stream_shard is None:
                continue
            new = [each.to_json() for each in table.stream_shard.items[self._told[name] :]]
            self._told[name] += len(new)
            told = _TOLD.get(name, lambda event_name, _: event_name != "REMOVE")
            records += [each for each in new if told(each["eventName"], each["dynamodb"].get("NewImage"))]
        if records:
            by("outbox_relay", {"Records": records})

    def work(self, by: Release, queue: str, *, due_within: float = 0) -> int:
        """Have a release do what a queue asks for, with what appears in it within so many seconds; how much that was.

        Nothing may have to come again.
        """
        records, failed = self._hand_over(by, queue, due_within)
        assert failed == [], records
        return len(records)

    def begin(self, by: Release, queue: str, *, due_within: float = 0) -> None:
        """Have a release try what a queue asks for, of which something may have to come again."""
        self._hand_over(by, queue, due_within)

    def _hand_over(
        self, by: Release, queue: str, due_within: float
    ) -> tuple[list[dict[str, Any]], list[str]]:
        sqs, url = self._sqs, self.urls[queue]
        until = (time() + due_within) * 1000
        due = [
            message
            for message in sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues[queue]._messages
            if message.delayed_until <= until and message.visible_at <= until
        ]
        if not due:
            return [], []
        for message in due:
            message.delayed_until = message.visible_at = 0
        records = []
        names = {"AttributeNames": ["ApproximateReceiveCount"], "MaxNumberOfMessages": 10}
        while found := sqs.receive_message(QueueUrl=url, VisibilityTimeout=300, **names).get("Messages"):
            records += [_as_lambda_has_it(message, queue) for message in found]
        failed: list[str] = []
        for start in range(0, len(records), 10):
            answer = by(_READERS[queue], {"Records": records[start : start + 10]})
            failed += [each["itemIdentifier"] for each in answer["batchItemFailures"]]
        for record in records:
            if record["messageId"] not in failed:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=record["receiptHandle"])
        return records, failed

    def settle(self, relay: Release, by: Release) -> None:
        """Have one release read the streams and one do what the queues ask for, until there is nothing more."""
        moved = True
        while moved:
            self.relay(relay)
            moved = sum(self.work(by, queue) for queue in _READERS) > 0

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """The mails that SES has sent to an address, newest first."""
        found: list[dict[str, Any]] = self.outside.mails_to(address)
        return found


def _as_lambda_has_it(message: dict[str, Any], queue: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{queue}",
    }


def _readers() -> dict[str, str]:
    found = {}
    for function in resources(FUNCTION).values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                queue = event["Properties"]["Queue"]["Fn::GetAtt"][0]
                found[queue] = function["CodeUri"].removeprefix("functions/")
    return found


_READERS = _readers()


@contextmanager
def two_releases(outside: Outside, folder: Path) -> Iterator[TwoReleases]:
    """Both over moto's AWS of this process, which has the tables already."""
    unpack(folder)
    with ExitStack() as stack:
        aws = stack.enter_context(aws_served())
        sqs, urls = boto3.client("sqs"), {}
        for queue in resources("AWS::SQS::Queue"):
            sqs.create_queue(QueueName=queue)
            urls[queue] = f"{aws}/{DEFAULT_ACCOUNT_ID}/{queue}"
        boto3.client("s3").create_bucket(
            Bucket="ContentsBucket", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        boto3.client("secretsmanager").create_secret(Name="LinkKey", SecretString="k" * 64)
        host, port = outside.dns
        resolved = urls | {
            "AWS::AccountId": "000000000000",
            "AWS::StackId": "arn:aws:cloudformation:stack/letterhead",
            "AWS::StackName": "letterhead",
            "ConfigurationSet": "letterhead",
            "WebhookKey": boto3.client("kms").create_key()["KeyMetadata"]["Arn"],
            "PUBLIC_URL": "https://letterhead.example",
            "OPERATOR_HOSTS": "https://letterhead.example",
            "SES_IDENTITIES_ARN": f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/",
            "DnsResolvers": f"{host}:{port}",
            "TokenRequestsPerMinute": "100000",
            "AccountRequestsPerMinute": "100000",
            "SesCallsPerSecond": "100",
        }
        environment = ENVIRONMENT | {
            "AWS_ENDPOINT_URL": aws,
            "AWS_ENDPOINT_URL_SES": outside.ses_url,
            "AWS_ENDPOINT_URL_SESV2": outside.ses_url,
        }
        this, before = (stack.enter_context(Release(root, resolved, environment)) for root in (ROOT, folder))
        yield TwoReleases(this, before, outside, urls)
