"""The SES stand-in on loopback beside a real nameserver, asked by real AWS clients, with a clock that tests turn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.mailbox import Mailbox
from local.nameserver import Nameserver
from local.ses import SesStandIn, emulator_calls
from tests.local.ses.emulator_beside import (
    NUMBERS,
    REMEMBERED_SECONDS,
    Function,
    an_emulator,
    make_configuration_set,
)

REGION = "us-east-1"
ACCOUNT_ID = "000000000000"
ROOT = {"aws_access_key_id": "root", "aws_secret_access_key": "secret"}
SECONDS = 20.0
AWS = boto3.Session()  # one for all clients: it reads the service models once


class Clock:
    """The time as SES sees it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **how_far: float) -> None:
        self.now += timedelta(**how_far)


class Background:
    """An event loop in a thread: servers live there, tests call them from outside."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        async def work() -> Any:
            return function(*arguments, **named)

        return self.run(work())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()


class Ses:
    """What a test has in hand: clients of both APIs, the DNS that SES reads, the mailbox and the clock."""

    def __init__(
        self,
        background: Background,
        identity_calls_per_second: float | None = None,
        emulator_endpoint: str = "",
    ) -> None:
        self._background = background
        self.clock = Clock()
        self.mailbox = Mailbox()
        self._nameserver = Nameserver()
        dns = background.run(self._nameserver.start("127.0.0.1"))
        self._stand_in = SesStandIn(
            dns=dns,
            emulator_endpoint=emulator_endpoint,
            region=REGION,
            account_id=ACCOUNT_ID,
            mailbox=self.mailbox,
            identity_calls_per_second=identity_calls_per_second,
            clock=self.clock,
        )
        host, port = background.run(self._stand_in.start("127.0.0.1"))
        self.url = f"http://{host}:{port}"
        self._clients: list[Any] = []

    @cached_property
    def v2(self) -> Any:
        return self.client_for("sesv2", ROOT)

    @cached_property
    def v1(self) -> Any:
        return self.client_for("ses", ROOT)

    def client_for(self, service: str, credentials: dict[str, str], app_id: str | None = None) -> Any:
        """A client that tries once, with a function's name in its User-Agent when one is given."""
        config = Config(retries={"total_max_attempts": 1}, user_agent_appid=app_id)
        client = AWS.client(service, endpoint_url=self.url, region_name=REGION, config=config, **credentials)
        self._clients.append(client)
        return client

    def publish(self, zone: str, text: str) -> None:
        self._background.call(self._nameserver.set_zone, zone, text)

    def break_dns(self, name: str, mode: str) -> None:
        self._background.call(self._nameserver.set_fault, name, mode)

    def publish_dkim(self, domain: str, extra: str = "") -> None:
        """The three CNAMEs that SES asked for, as a zone of their own."""
        self.publish(domain, dkim_records(self.v2.get_email_identity(EmailIdentity=domain)) + extra)

    def throttle(self, seconds: float) -> None:
        self._background.call(self._stand_in.throttle, seconds)

    def fail_next(self, *arguments: Any, **named: Any) -> None:
        self._background.call(self._stand_in.fail_next, *arguments, **named)

    def inject(self, fault: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self._background.call(self._stand_in.inject, fault)
        return found

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._background.run(self._stand_in.stop())
        self._background.run(self._nameserver.stop())


def dkim_records(identity: dict[str, Any]) -> str:
    attributes = identity["DkimAttributes"]
    return "".join(
        f"{token}._domainkey CNAME {token}.{attributes['SigningHostedZone']}.\n"
        for token in attributes["Tokens"]
    )


@pytest.fixture(scope="session")
def background() -> Iterator[Background]:
    running = Background()
    yield running
    running.close()


@pytest.fixture
def make_ses(background: Background) -> Iterator[Callable[..., Ses]]:
    with ExitStack() as running:

        def make(**settings: Any) -> Ses:
            return running.enter_context(closing(Ses(background, **settings)))

        yield make


@pytest.fixture
def ses(make_ses: Callable[..., Ses]) -> Ses:
    return make_ses()


@pytest.fixture
def slow_ses(make_ses: Callable[..., Ses]) -> Ses:
    """One identity call a second, as the real one."""
    return make_ses(identity_calls_per_second=1)


@pytest.fixture
def verified(ses: Ses) -> Ses:
    """SES with agency.com verified, MAIL FROM mail.agency.com included."""
    ses.v2.create_email_identity(EmailIdentity="agency.com")
    ses.v2.put_email_identity_mail_from_attributes(
        EmailIdentity="agency.com", MailFromDomain="mail.agency.com"
    )
    ses.publish_dkim(
        "agency.com",
        'mail MX 10 feedback-smtp.us-east-1.amazonses.com.\nmail TXT "v=spf1 include:amazonses.com ~all"\n',
    )
    return ses


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    with an_emulator(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture
def judged_ses(make_ses, emulator, monkeypatch):
    monkeypatch.setattr(emulator_calls, "BRIEFLY_SECONDS", REMEMBERED_SECONDS)
    return make_ses(emulator_endpoint=emulator.url)


@pytest.fixture
def agency(judged_ses):
    """SES with agency.com verified and the configuration set letterhead."""
    make_configuration_set(judged_ses)
    judged_ses.v2.create_email_identity(EmailIdentity="agency.com")
    judged_ses.publish_dkim("agency.com")
    return judged_ses


@pytest.fixture
def function(emulator, agency):
    name = f"function-{next(NUMBERS)}"
    return Function(emulator, agency, name, f"role-{name}")
