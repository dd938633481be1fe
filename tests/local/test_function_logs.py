"""The functions' lines, as `make logs` shows them."""

from __future__ import annotations

import os
import sys

import pytest
from botocore.exceptions import EndpointConnectionError

from local import function_logs
from local.checkout import Checkout
from local.failure import LocalCloudError
from local.function_logs import LogLine, keep_logs, log_lines, print_logs, shown
from local.stack_file import Address, AwsAccess, Stack, write_stack

AT = 1_795_299_492_123  # 2026-11-21T22:18:12.123Z


def event(at, message, stream="s1"):
    return {"timestamp": at, "message": message, "logStreamName": stream}


class Logs:
    """CloudWatch Logs with two groups; each call of filter_log_events sees what `rounds` holds next."""

    def __init__(self, *rounds):
        self.rounds = list(rounds)
        self.asked_since = []

    def get_paginator(self, operation):
        return Pages(self, operation)


class Pages:
    def __init__(self, logs, operation):
        self.logs = logs
        self.operation = operation

    def paginate(self, **arguments):
        if self.operation == "describe_log_groups":
            self.current = self.logs.rounds[0] if len(self.logs.rounds) == 1 else self.logs.rounds.pop(0)
            self.logs.current = self.current
            if isinstance(self.current, Exception):
                raise self.current
            return [{"logGroups": [{"logGroupName": name} for name in self.current]}]
        since = arguments["startTime"]
        self.logs.asked_since.append(since)
        events = self.logs.current[arguments["logGroupName"]]
        return [{"events": [each]} for each in events if each["timestamp"] >= since]


class Emulator:
    def __init__(self, logs):
        self.logs = logs

    def client(self, service):
        assert service == "logs"
        return self.logs


UNREACHABLE = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
DOMAINS = "/aws/lambda/letterhead-Domains-1"


@pytest.fixture
def checkout(tmp_path):
    checkout = Checkout(tmp_path)
    checkout.prepare()
    return checkout


@pytest.fixture
def running(checkout, monkeypatch):
    """A checkout whose emulator answers with the given rounds."""
    access = AwsAccess("http://127.0.0.1:9", "us-east-1", "root", "x")
    write_stack(checkout.stack_file, Stack("o", "c", Address("127.0.0.1", 1), access, "a", {}))
    monkeypatch.setattr(function_logs, "POLL_SECONDS", 0)

    def answer(*rounds):
        monkeypatch.setattr(function_logs, "Aws", lambda _access: Emulator(Logs(*rounds)))
        return checkout

    return answer


def test_lines_of_all_functions_are_printed_in_the_order_of_their_times(running, capsys):
    checkout = running({DOMAINS: [event(AT + 5, "second")], "/aws/lambda/letterhead": [event(AT, "first")]})

    assert print_logs(checkout, follow=False) == 0

    assert capsys.readouterr().out == "22:18:12.123 first\n22:18:12.128 Domains-1 second\n"


def test_the_platforms_own_lines_are_left_out():
    platform = [
        "START RequestId: 1 Version: $LATEST",
        "END RequestId: 1",
        "REPORT RequestId: 1\tDuration: 1 ms",
    ]
    logs = Logs({DOMAINS: [event(AT, line) for line in [*platform, "mine"]]})

    assert [line.text for line in log_lines(logs, 0)] == ["mine"]


def test_following_prints_each_line_once_and_ends_with_the_cloud(running, capsys):
    early, late = event(AT, "same"), event(AT + 1000, "late")
    checkout = running(
        {DOMAINS: [early, event(AT, "same")]}, {DOMAINS: [early, event(AT, "same"), late]}, UNREACHABLE
    )

    assert print_logs(checkout, follow=True) == 0

    texts = [line.split(" ", 2)[2] for line in capsys.readouterr().out.splitlines()]
    assert texts == ["same", "same", "late"]


@pytest.mark.parametrize("follow", [False, True])
def test_lines_end_with_whoever_reads_them(running, monkeypatch, follow):
    checkout = running({DOMAINS: [event(AT, "unread")]})
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as unread:
        monkeypatch.setattr(sys, "stdout", unread)
        assert print_logs(checkout, follow=follow) == 0
        unread.flush()  # as Python does at its end


def test_no_cloud_is_one_line_that_names_the_kept_logs(checkout):
    with pytest.raises(LocalCloudError, match=r"\.local/logs/functions\.log"):
        print_logs(checkout, follow=False)


def test_a_dead_emulator_is_one_line(running):
    with pytest.raises(LocalCloudError, match="doesn't answer"):
        print_logs(running(UNREACHABLE), follow=False)


def test_the_lines_are_kept_when_the_cloud_ends(tmp_path):
    keep_logs(Emulator(Logs({DOMAINS: [event(AT, "kept")]})), tmp_path / "functions.log")

    assert (tmp_path / "functions.log").read_text() == "22:18:12.123 Domains-1 kept\n"


def test_nothing_is_kept_of_an_emulator_that_is_gone(tmp_path):
    keep_logs(Emulator(Logs(UNREACHABLE)), tmp_path / "functions.log")

    assert not (tmp_path / "functions.log").exists()


def test_a_shared_group_has_no_name_of_its_own():
    assert shown(LogLine(AT, "letterhead", "{}", "s", 1)) == "22:18:12.123 {}"
