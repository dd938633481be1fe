"""An upgrade: a stack of the release before, with an account's things in it, gets this one while it is being used."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
import urllib3

from local.aws import Aws
from local.deployed_stack import DeployedStack
from local.emulator_gaps import create_routes, limit_concurrency
from local.environment import EMULATOR_ACCOUNT_ID, REGION
from local.functions import Functions
from local.parameters import deploy_parameters
from local.sam import Sam
from local.source_template import read_source_template
from local.stack_file import Account, Address, AwsAccess
from tests.end_to_end.conftest import CHECKOUT, Answer, LocalCloud
from tests.end_to_end.upgrade.release_before import write_release_before

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(600)]

STACK = "upgraded"
FEWEST_BEATS = 3
TRIES = 3
# What keeps something that somebody would miss, and the API's address.
KEPT = (
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::KMS::Key",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
    "AWS::ApiGatewayV2::Api",
    "AWS::SES::ConfigurationSet",
)


class Upgraded:
    """A second stack in the emulator of the running local cloud."""

    def __init__(self, cloud: LocalCloud) -> None:
        aws = cloud.stack["aws"]
        access = AwsAccess(
            aws["endpoint_url"],
            aws["region"],
            aws["access_key_id"],
            aws["secret_access_key"],
            aws["ses_endpoint_url"],
        )
        self.cloud = cloud
        self.aws = Aws(access)
        self._access = access
        self._template = read_source_template(CHECKOUT.template)
        self._parameters = deploy_parameters(cloud.origin, Address(**cloud.stack["dns"])) | {
            "DeletionProtection": "false"
        }

    def deploy(self, template: Path | None = None) -> DeployedStack:
        sam = Sam(CHECKOUT, self._template, os.environ)
        asyncio.run(sam.deploy(self._access, self._parameters, STACK, template))
        stack = DeployedStack.read(self.aws.client("cloudformation"), STACK)
        create_routes(self.aws.client("apigatewayv2"), stack, REGION, EMULATOR_ACCOUNT_ID)
        limit_concurrency(self.aws.client("lambda"))
        return stack

    def account(self, stack: DeployedStack) -> Account:
        functions = Functions(self.aws.client("lambda"), stack, self._template)
        return functions.create_account("Upgraded Agency", "owner@upgraded.com")

    def ask(
        self, stack: DeployedStack, account: Account, dialect: str, method: str, path: str, body: Any = None
    ) -> Answer:
        ((api_id, _),) = stack.apis()
        url = f"{self.cloud.stack['aws']['endpoint_url']}/_aws/execute-api/{api_id}/$default{path}"
        return self.cloud.call(method, url, body, {"Authorization": f"Bearer {account.tokens[dialect]}"})


@pytest.fixture
def upgraded(cloud: LocalCloud) -> Iterator[Upgraded]:
    stack = Upgraded(cloud)
    yield stack
    stack.aws.client("cloudformation").delete_stack(StackName=STACK)


class Use:
    """Somebody who reads and writes all the while, with a client that tries again as clients do.

    The emulator drops what a worker is at when it replaces it, and answers late meanwhile; AWS lets it end.
    """

    def __init__(self, upgraded: Upgraded, stack: DeployedStack, account: Account) -> None:
        ((api_id, _),) = stack.apis()
        self._url = f"{upgraded.cloud.stack['aws']['endpoint_url']}/_aws/execute-api/{api_id}/$default"
        self._headers = {"Authorization": f"Bearer {account.tokens['sendara']}"}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._use, daemon=True)
        self._pool = urllib3.PoolManager(retries=False, timeout=60)
        self.read: list[int] = []
        self.written: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(200)

    def _use(self) -> None:
        while not self._ended.wait(0.5):
            self.read.append(self._ask("GET", "/v1/domains"))
            recipient = f"reader{len(self.written)}@upgraded-reader.com"
            body = {"channel": "email", "recipient": recipient, "reason": "manual"}
            self.written[recipient] = self._ask("POST", "/v1/suppressions", body)

    def _ask(self, method: str, path: str, body: Any = None) -> int:
        status = 0
        for _ in range(TRIES):
            try:
                answer = self._pool.request(method, self._url + path, json=body, headers=self._headers)
            except urllib3.exceptions.HTTPError:
                continue
            status = int(answer.status)
            if status < 500:
                break
        return status


def test_a_release_loses_nothing_and_the_api_answers_all_the_while(
    upgraded: Upgraded, tmp_path: Path
) -> None:
    before = upgraded.deploy(write_release_before(CHECKOUT.build, tmp_path))
    account = upgraded.account(before)
    domain = "mail.upgraded-one.com"

    def ask(method: str, path: str, body: Any = None, dialect: str = "sendara") -> Answer:
        return upgraded.ask(before, account, dialect, method, path, body)

    registered = ask("POST", "/v1/domains", {"domain": domain})
    assert registered.status == 201, registered.text
    upgraded.cloud.publish(domain, registered.json["dns_records"])
    assert ask("POST", f"/v1/domains/{domain}/verify").json["fully_verified"]
    identity = {"domain_id": registered.json["id"], "name": "Amy", "email": "amy@upgraded-client.com"}
    assert ask("POST", "/v1/identities", identity, "mailersend").status == 201
    endpoint = {"endpoint_url": "https://hooks.upgraded-client.com/in"}
    assert ask("POST", "/v1/webhooks", endpoint).status == 201
    seen = shown(ask)
    assert (
        ask("GET", "/v1/logs", dialect="mailersend").status == 405
    )  # the release before has no function for it
    items = number_of_items(upgraded, before)

    with Use(upgraded, before, account) as use:
        time.sleep(2)
        after = upgraded.deploy()

    assert set(use.read) == {200}
    assert set(use.written.values()) <= {200, 201, 409}  # a repetition may be one of what was done
    assert 201 in use.written.values()
    assert len(use.written) >= FEWEST_BEATS
    assert physical(before) == {name: physical(after)[name] for name in physical(before)}
    kept = shown(ask)
    written = {one["recipient"] for one in kept.pop("/v1/suppressions")["suppressions"]}
    assert written == set(use.written)
    assert kept == {path: answer for path, answer in seen.items() if path in kept}
    assert all(number >= items[table] for table, number in number_of_items(upgraded, before).items())
    assert ask("GET", "/v1/logs", dialect="mailersend").status == 200
    assert ask("DELETE", f"/v1/domains/{domain}").status == 204


def shown(ask: Any) -> dict[str, Any]:
    """What the account sees of what it has."""
    answers = {
        path: ask("GET", path, dialect=dialect)
        for path, dialect in {
            "/v1/domains": "sendara",
            "/v1/domains/mail.upgraded-one.com": "sendara",
            "/v1/suppressions": "sendara",
            "/v1/webhooks": "sendara",
            "/v1/keys": "sendara",
            "/v1/identities": "mailersend",
            "/api/v1/domains": "sendmailos",
        }.items()
    }
    assert {answer.status for answer in answers.values()} == {200}
    return {path: answer.json for path, answer in answers.items()}


def physical(stack: DeployedStack) -> dict[str, str]:
    kinds = {name: resource["Type"] for name, resource in stack.template["Resources"].items()}
    return {name: found for name, found in stack.physical_ids.items() if kinds[name] in KEPT}


def number_of_items(upgraded: Upgraded, stack: DeployedStack) -> dict[str, int]:
    tables = [name for name in physical(stack) if name.endswith("Table")]
    return {
        name: upgraded.aws.client("dynamodb").scan(TableName=stack.physical_ids[name], Select="COUNT")[
            "Count"
        ]
        for name in tables
    }
