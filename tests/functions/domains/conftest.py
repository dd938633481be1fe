"""The functions about domains with everything around them: tables and queue in moto, SES and DNS on loopback, accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from letterhead import identifiers
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import issue
from tests.fakes.api_gateway import Answer
from tests.fakes.aws import REGION
from tests.fakes.kept_tokens import keep
from tests.fakes.outside import ACCOUNT_ID


@dataclass(frozen=True)
class Account:
    """An account's tokens, by dialect."""

    account_id: str
    sendara: str
    sendmailos: str
    mailersend: str


class Queue:
    """The completion queue."""

    def __init__(self, client) -> None:
        self._client = client
        self.url = client.create_queue(QueueName="CompletionQueue")["QueueUrl"]

    def receive(self) -> list[dict[str, Any]]:
        """What is on the queue now, as Lambda hands it to the function."""
        found = self._client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, AttributeNames=["ApproximateReceiveCount"]
        ).get("Messages", [])
        return [
            {
                "messageId": each["MessageId"],
                "receiptHandle": each["ReceiptHandle"],
                "body": each["Body"],
                "attributes": each["Attributes"],
            }
            for each in found
        ]


class Domains:
    """The functions, with calls as an account makes them."""

    def __init__(self, function, records, completing, outside, queue) -> None:
        self.function = function
        self.records = records
        self.completing = completing
        self.outside = outside
        self.queue = queue

    def account(self) -> Account:
        now = datetime.now(UTC)
        account_id = identifiers.new_id(now)
        texts = {}
        for dialect in Dialect:
            made = issue(
                token_id=identifiers.new_id(now),
                account_id=account_id,
                dialect=dialect,
                name="first token",
                scopes=SCOPES[dialect],
                now=now,
            )
            keep(made.token)
            texts[dialect.value] = made.text
        return Account(account_id, **texts)

    def register(self, account: Account, name: str = "mail.acme.com") -> Answer:
        return self.function.call("POST", "/v1/domains", account.sendara, json={"domain": name})

    def register_at_sendmailos(self, account: Account, name: str, **more: Any) -> Answer:
        return self.function.call("POST", "/api/v1/domains", account.sendmailos, json={"domain": name} | more)

    def show(self, account: Account, name_or_id: str) -> Answer:
        return self.function.call("GET", f"/v1/domains/{name_or_id}", account.sendara)

    def verify(self, account: Account, name_or_id: str) -> Answer:
        return self.function.call("POST", f"/v1/domains/{name_or_id}/verify", account.sendara)

    def delete(self, account: Account, name_or_id: str) -> Answer:
        return self.function.call("DELETE", f"/v1/domains/{name_or_id}", account.sendara)

    def mailersend(self, method: str, path: str, account: Account, **request: Any) -> Answer:
        return self.function.call(method, path, account.mailersend, **request)

    def sendmailos(self, method: str, path: str, account: Account, **request: Any) -> Answer:
        return self.function.call(method, path, account.sendmailos, **request)

    def publish(self, zone: str, *parts: list[dict[str, Any]] | dict[str, Any]) -> None:
        """Serve a zone with the records of answers: lists of them, or single ones such as an ownership challenge."""
        records = [record for part in parts for record in (part if isinstance(part, list) else [part])]
        self.outside.publish(zone, records)

    def verified(
        self, account: Account, name: str = "mail.acme.com", zone: str = "acme.com"
    ) -> dict[str, Any]:
        """A domain with all its records right, as it was registered."""
        made: dict[str, Any] = self.register(account, name).json
        self.publish(zone, made["dns_records"])
        assert self.verify(account, name).json["fully_verified"]
        return made

    def list(self, account: Account) -> list[dict[str, Any]]:
        return self.function.call("GET", "/v1/domains", account.sendara).json["domains"]

    def list_at_sendmailos(self, account: Account) -> list[dict[str, Any]]:
        return self.function.call("GET", "/api/v1/domains", account.sendmailos).json["domains"]


def deployed(load, outside, **more: str) -> Domains:
    """The functions, with parameters of the test's."""
    host, port = outside.dns
    queue = Queue(boto3.client("sqs"))
    chosen = {
        "ACCOUNT_ID": "000000000000",
        "DNS_RESOLVERS": f"{host}:{port}",
        "COMPLETION_QUEUE_URL": queue.url,
        "SES_IDENTITIES_ARN": f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/",
        "OPERATOR_HOSTS": "https://app.operator.example:8443,mail.operator.example",
    } | more
    return Domains(
        load("domains", **chosen),
        load("domain_records"),
        load("complete_registration", **chosen),
        outside,
        queue,
    )


@pytest.fixture
def domains(load, tables, outside) -> Domains:
    return deployed(load, outside)


@pytest.fixture
def mine(domains) -> Account:
    return domains.account()


@pytest.fixture
def theirs(domains) -> Account:
    return domains.account()
