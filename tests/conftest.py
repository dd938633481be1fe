"""For every test: the network ends at this machine.

An audit hook sees each connection, datagram and look-up that Python makes, UDP and asyncio included (pytest-socket guards only
`connect`). What it raises is no OSError, so no code under test can take it for an unanswered question.
"""

from __future__ import annotations

import gc
import ipaddress
import os
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

from tests.fakes.aws import ENVIRONMENT, DynamoDbFaults, aws_with_tables

if TYPE_CHECKING:
    from tests.fakes.outside import Outside

SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOKS_UP = {"socket.getaddrinfo", "socket.gethostbyname"}
OWN_NAMES = {"", "localhost", socket.gethostname()}
LONGEST_ID = 500  # a page of text is none, and would take the pattern hours
# Ids and tokens, made by chance.
MADE_ANEW = re.compile(r"(?=[a-z_-]*\d)[0-9a-z]{12,}|[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)


class BeyondThisMachineError(RuntimeError):
    """A test tried to reach another machine."""


def _stays_here(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text is None or text in OWN_NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(text).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in SENDS:
        address = arguments[1]
        if isinstance(address, tuple) and not _stays_here(address[0]):
            raise BeyondThisMachineError(f"{event} to {address[0]}: tests stay on this machine")
    elif event in LOOKS_UP and not _stays_here(arguments[0]):
        raise BeyondThisMachineError(f"{event} of {arguments[0]}: tests ask no resolver but their own")


sys.addaudithook(_refuse_the_network)
set_hypothesis_home_dir(Path(__file__).parents[1] / ".build" / "hypothesis")
# The same examples each time: what nobody has touched doesn't fail. `make fuzz` looks elsewhere.
settings.register_profile("the same", derandomize=not os.environ.get("FUZZ_EXAMPLES"))
settings.load_profile("the same")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case by its place where its value is another one in each of the processes that share the tests."""
    if not isinstance(val, str) or len(val) > LONGEST_ID:
        return None
    return argname if MADE_ANEW.search(val) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """Spare the collector of garbage what stays to the end, every module and all the tests; have it look less often."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        gc.enable()


@pytest.fixture
def aws_environment(monkeypatch) -> None:
    """What Lambda's environment says of AWS, with credentials that open nothing."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def no_pauses(monkeypatch) -> None:
    """AWS's clients don't wait between two tries."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


@pytest.fixture
def tables(aws_environment) -> Iterator[None]:
    """The template's tables in moto, each under its logical id as its name."""
    with aws_with_tables():
        yield


@pytest.fixture
def dynamodb_faults(tables) -> Iterator[DynamoDbFaults]:
    """Breaks chosen calls of DynamoDB."""
    with DynamoDbFaults().installed() as faults:
        yield faults


@pytest.fixture(scope="session")
def _running_outside() -> Iterator[Outside]:
    from tests.fakes.outside import outside

    with outside() as world:
        yield world


@pytest.fixture
def outside(aws_environment, monkeypatch, _running_outside) -> Outside:
    """The local cloud's SES and nameserver, with nothing in them; new clients of SES find this one."""
    _running_outside.reset()
    for service in ("SES", "SESV2"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", _running_outside.ses_url)
    return _running_outside
