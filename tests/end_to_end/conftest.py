"""One local cloud for all end-to-end tests, driven from outside like anybody's: by its stack file, origin and control port.

Under pytest-xdist each of its workers has one of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
import urllib3
from botocore.exceptions import ClientError

from local.checkout import CLOUD, Checkout
from tests.end_to_end.permissions import beside
from tests.end_to_end.zones import records_as_zone
from tests.fakes import documented

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = Checkout(ROOT, os.environ.get("PYTEST_XDIST_WORKER", ""))
STACK_FILE = CHECKOUT.stack_file
START_SECONDS = 240
STACK_NAME = "letterhead"
SAMPLE = pytest.StashKey[subprocess.Popen[str]]()
# These begin, in this order: they want a cloud without dead letters, their sweeps look at all domains that there are, which are
# many later, or they take long.
FIRST = (
    "test_alarms",
    "test_doctor",
    "test_identities_in_time",
    "test_background_checks",
    "test_many_background_checks",
    "test_upgrade",
    "test_openapi",
    "test_permissions",
    "test_mail_that_waits",
    "test_webhooks",
)
# Between two looks at what comes by itself.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 0.5


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """So that no worker is left with something long when the others have ended."""
    places = {Path(__file__).with_name(f"{name}.py"): place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(FIRST)))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Under pytest-xdist with PERMISSIONS=sample, the sample is taken beside the tests."""
    option = session.config.option
    if os.environ.get("PERMISSIONS") == "sample" and option.numprocesses and not option.collectonly:
        session.config.stash[SAMPLE] = beside.begin()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if sample := session.config.stash.get(SAMPLE, None):
        beside.end(session, sample)


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """With PERMISSIONS=sample, unused or all the tests are followed by the proof that no role holds more than it needs.

    Not under pytest-xdist: a worker sees a part of the tests alone.
    """
    wanted = _wanted_here()
    if not wanted or session.config.option.collectonly or not session.items:
        return None
    from tests.end_to_end.permissions.proof import prove

    return prove(session, wanted)


def _wanted_here() -> str:
    return "" if CHECKOUT.cloud else os.environ.get("PERMISSIONS", "")


@dataclass(frozen=True)
class Answer:
    """A response as a client sees it."""

    status: int
    headers: urllib3.HTTPHeaderDict
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def text(self) -> str:
        return self.content.decode()


class LocalCloud:
    """The running stack, and the few calls that the tests make of it."""

    most_seconds = float("inf")
    """How long is waited at most for what comes by itself."""
    waited = 0.0
    """The longest wait for something that came."""
    _running: LocalCloud | None = None

    def __init__(self, stack: dict[str, Any]) -> None:
        self.stack = stack
        self.zones: set[str] = set()
        self._clients: dict[str, Any] = {}
        self.origin: str = stack["origin"]
        self.control: str = stack["control"]
        self._pool = urllib3.PoolManager(retries=False, timeout=40)
        self._serial = 0

    @classmethod
    def running(cls, stack: dict[str, Any]) -> LocalCloud:
        """The one that drives this stack."""
        if cls._running is None or cls._running.stack != stack:
            cls._running = cls(stack)
        return cls._running

    def account(self, name: str = "Web Agency", owner_email: str | None = None) -> Account:
        self._serial += 1
        answer = self.call(
            "POST",
            f"{self.control}/accounts",
            {"name": name, "owner_email": owner_email or f"owner{self._serial}@agency.com"},
        )
        assert answer.status in {200, 201}, answer.text
        return Account(self, answer.json["account_id"], answer.json["tokens"])

    @cached_property
    def physical(self) -> Mapping[str, str]:
        """The stack's resources by their names in the template: tables' names, queues' URLs, topics' ARNs."""
        pages = self.aws("cloudformation").get_paginator("list_stack_resources")
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages.paginate(StackName=STACK_NAME)
            for each in page["StackResourceSummaries"]
        }

    def publish(self, zone: str, records: list[dict[str, Any]]) -> None:
        self.set_zone(zone, records_as_zone(records))

    def set_zone(self, zone: str, text: str) -> None:
        self.zones.add(zone)
        answer = self.send("PUT", f"{self.control}/dns/{zone}", text.encode())
        assert answer.status < 300, answer.text

    def delete_zone(self, zone: str) -> None:
        self.zones.discard(zone)
        self.send("DELETE", f"{self.control}/dns/{zone}")

    def fault(self, name: str, mode: str) -> None:
        answer = self.call("PUT", f"{self.control}/dns-faults/{name}", {"mode": mode})
        assert answer.status < 300, answer.text

    def ses_fault(self, **fault: Any) -> None:
        answer = self.call("PUT", f"{self.control}/ses-faults", fault)
        assert answer.status < 300, answer.text

    def operator(self, **event: Any) -> dict[str, Any]:
        answer = self.call("POST", f"{self.control}/run/operator", event)
        assert answer.status == 200, answer.text
        return answer.json

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        mails: list[dict[str, Any]] = self.call("GET", f"{self.control}/mailbox?to={quote(address)}").json
        return mails

    def wait_for_mail(self, address: str, seconds: float = 30) -> dict[str, Any]:
        return dict(self.until(lambda: self.mails_to(address), bool, seconds)[0])

    def until(self, look: Callable[[], Any], right: Callable[[Any], bool], seconds: float = 60) -> Any:
        """What a look shows as soon as it is right; what isn't there yet may break the look off."""
        began, pause = time.monotonic(), SHORTEST_PAUSE
        most = min(seconds, LocalCloud.most_seconds)
        while True:
            try:
                seen = look()
                if right(seen):
                    break
            except (LookupError, ValueError, ClientError) as not_there_yet:
                seen = not_there_yet
            assert time.monotonic() - began < most, f"not within {most} s: {seen!r}"
            time.sleep(pause)
            pause = min(pause * 1.25, LONGEST_PAUSE)
        LocalCloud.waited = max(LocalCloud.waited, time.monotonic() - began)
        return seen

    def call(self, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        sent = (
            {"Content-Type": "application/json", **(headers or {})} if content is not None else headers or {}
        )
        return self.send(method, url, content, sent)

    def send(
        self, method: str, url: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        response = self._pool.request(method, url, body=content, headers=headers or {}, redirect=False)
        return Answer(response.status, response.headers, response.data)

    def aws(self, service: str) -> Any:
        if service in self._clients:
            return self._clients[service]
        aws = self.stack["aws"]
        self._clients[service] = boto3.client(
            service,
            endpoint_url=aws["ses_endpoint_url" if service in ("ses", "sesv2") else "endpoint_url"],
            region_name=aws["region"],
            aws_access_key_id=aws["access_key_id"],
            aws_secret_access_key=aws["secret_access_key"],
        )
        return self._clients[service]


@dataclass(frozen=True)
class Account:
    """An account and its three tokens."""

    cloud: LocalCloud
    account_id: str
    tokens: dict[str, str]

    def sendara(self, method: str, path: str, body: Any = None) -> Answer:
        return self._call("sendara", method, path, body)

    def sendmailos(self, method: str, path: str, body: Any = None) -> Answer:
        return self._call("sendmailos", method, path, body)

    def mailersend(self, method: str, path: str, body: Any = None) -> Answer:
        return self._call("mailersend", method, path, body)

    def domain(self, name: str) -> dict[str, Any]:
        registered = self.sendara("POST", "/v1/domains", {"domain": name})
        assert registered.status == 201, registered.text
        return registered.json

    def verify(self, name: str) -> dict[str, Any]:
        verified = self.sendara("POST", f"/v1/domains/{name}/verify")
        assert verified.status == 200, verified.text
        return verified.json

    def verified_domain(self, name: str) -> dict[str, Any]:
        registered = self.sendara("POST", "/v1/domains", {"domain": name})
        assert registered.status == 201, registered.text
        self.cloud.publish(name, registered.json["dns_records"])
        verified = self.sendara("POST", f"/v1/domains/{name}/verify")
        assert verified.json["fully_verified"], verified.text
        return registered.json

    def _call(self, dialect: str, method: str, path: str, body: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.tokens[dialect]}"}
        answer = self.cloud.call(method, self.cloud.origin + path, body, headers)
        given = {"status": answer.status, "headers": answer.headers, "text": answer.text}
        assert documented.faults(dialect, method, path, **given) == []
        return answer


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    if STACK_FILE.exists():
        pytest.exit(
            "the local cloud of this folder is up: stop it by `make down`, the tests start one of their own",
            1,
        )
    process = subprocess.Popen(
        [sys.executable, "-m", "local", "up"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"RECORD_PERMISSIONS": _wanted_here(), CLOUD: CHECKOUT.cloud},
    )
    try:
        _wait_until_up(process)
        yield LocalCloud.running(json.loads(STACK_FILE.read_text()))
    finally:
        process.terminate()
        process.communicate(timeout=180)  # what is still being worked on is let finish


@pytest.fixture
def account(cloud: LocalCloud) -> Account:
    return cloud.account()


@pytest.fixture
def other_account(cloud: LocalCloud) -> Account:
    return cloud.account("Another Agency")


def _wait_until_up(process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not STACK_FILE.exists():
        if process.poll() is not None:
            pytest.exit(f"the local cloud didn't start: {process.communicate()[0]}", 1)
        if time.monotonic() > deadline:
            pytest.exit(f"the local cloud didn't start within {START_SECONDS} s", 1)
        time.sleep(0.2)
