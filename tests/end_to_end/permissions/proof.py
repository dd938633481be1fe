"""Proof that no role can do more than it needs: each permission is taken away in turn, and a test must fail for it.

The tests run once as always while the local cloud writes down what IAM was asked. From that it is known which tests need which
permission. Then each of these tests, those first that use little else, runs again without the permission, until one fails and IAM
has refused the role just that. A test counts only if it passes again with all permissions.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest
from _pytest.runner import runtestprotocol

from letterhead.http.routes import ROUTES
from tests.end_to_end.conftest import STACK_FILE, LocalCloud
from tests.end_to_end.permissions.beside import SAMPLED
from tests.end_to_end.permissions.clean_slate import clean_slate
from tests.end_to_end.permissions.granted import Permission, granted, without
from tests.end_to_end.permissions.recording import KEPT, Recording, log_size, refused
from tests.end_to_end.permissions.unjudged import reason_for

STACK_NAME = "letterhead"
SAMPLE_SECONDS = 30
"""How long a sample may take; others every day."""
PATIENCE, MORE_PATIENCE = 2.0, 8.0
"""How many times as long as a test has waited for what came is enough for what can't come, and for what wasn't asked for yet."""
LEAST_WAIT_SECONDS = 2.0
TOO_LONG_SECONDS = 45
MOST_SECONDS_FOR_ONE = 600
RUNS_OF_A_SLATE = 15
MOST_FAILURES_WHEN_WHOLE = 3
BREAKING = re.compile(r"/test_(alarms|doctor|upgrade)\.py::")
"""Tests that break the cloud themselves, and would leave it broken if they failed half-way; others use what they use."""
TOLD_EVERY = 25
WANTED = ("sample", "unused", "all")


def prove(session: pytest.Session, wanted: str) -> bool:
    """pytest's loop over the tests, and then the proof: of all permissions, of a sample, or only which no test uses.

    With the environment's ONLY, a regular expression, of those alone that it finds, by what the last whole run recorded. Tests
    that are newer than that are recorded before.
    """
    if wanted not in WANTED:
        pytest.exit(f"PERMISSIONS is one of {', '.join(WANTED)}", 4)
    only = os.environ.get("ONLY")
    try:
        recording = Recording.kept() if only else Recording()
        _record(session, [item for item in session.items if item.nodeid not in recording.uses], recording)
        if wanted != "sample" and KEPT.parent.exists():
            recording.keep()
        if wanted == "unused" or not session.testsfailed:
            session.testsfailed += _Proof(session, recording, re.compile(only or "")).of(wanted)
    finally:
        session._setupstate.teardown_exact(None)
    return True


def _record(session: pytest.Session, items: list[pytest.Item], recording: Recording) -> None:
    followers = [*items[1:], *(_another(session, item) for item in items[-1:])]
    for item, following in zip(items, followers, strict=True):
        began, failed = recording.begin(), session.testsfailed
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed == failed:
            recording.end(item.nodeid, began)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)


def _another(session: pytest.Session, item: pytest.Item) -> pytest.Item:
    """What is said to come next, so that the local cloud stays up and nothing else does."""
    return next(each for each in session.items if each is not item)


class _Proof:
    def __init__(self, session: pytest.Session, recording: Recording, only: re.Pattern[str]) -> None:
        self._session = session
        self._items = {item.nodeid: item for item in session.items}
        self._recording = recording
        self._only = only
        self._repeatable: set[str] = set()
        self._failures_when_whole: Counter[str] = Counter()
        self._run_since_slate: set[str] = set()
        self._said: dict[str, str] = {}
        self._reporter = session.config.pluginmanager.getplugin("terminalreporter")
        if not STACK_FILE.exists():
            self._run(session.items[-1])
        self._cloud = LocalCloud.running(json.loads(STACK_FILE.read_text()))
        clean_slate(self._cloud)

    def of(self, wanted: str) -> int:
        """How many permissions nothing uses or misses."""
        permissions = [
            each for each in granted(self._cloud.aws("iam"), STACK_NAME) if self._only.search(str(each))
        ]
        judged = [permission for permission in permissions if reason_for(permission) is None]
        used = {each: self._recording.tests_that_use(each) for each in judged}
        missed = [each for each, tests in used.items() if tests]
        idle = [each for each, tests in used.items() if not tests]
        self._say(
            f"{len(permissions)} permissions: {len(permissions) - len(judged)} that the emulator never asks for,"
            f" {len(idle)} that no test uses, {len(missed)} that some do"
        )
        if wanted != "sample":
            for each in idle:
                self._say(f"UNUSED {each}")
        if wanted == "unused":
            return len(idle)
        if wanted == "sample":
            tried, unnoticed = self._take_away(_sample(missed, used), used, SAMPLE_SECONDS)
            return len(unnoticed) + (tried == 0)
        _, unnoticed = self._take_away(missed, used)
        return len(unnoticed) + len(idle)

    def _take_away(
        self, chosen: list[Permission], used: dict[Permission, list[str]], seconds: float | None = None
    ) -> tuple[int, list[Permission]]:
        """How many were taken away within so many seconds, and which of them nothing missed."""
        began, unnoticed, tried = time.monotonic(), [], 0
        for each in chosen:
            if seconds is not None and time.monotonic() - began > seconds:
                break
            tried += 1
            if not self._is_missed(each, used[each]):
                unnoticed.append(each)
                self._say(f"UNNOTICED {each}")
                for name, why in self._said.items():
                    self._say(f"  {name.rpartition('/')[2]} {why}")
            if tried % TOLD_EVERY == 0:
                self._say(f"{tried} of {len(chosen)} taken away, {time.monotonic() - began:.0f} s")
        self._say(
            f"{tried - len(unnoticed)} of {tried} permissions are missed when they are taken away"
            f" ({time.monotonic() - began:.0f} s)"
        )
        return tried, unnoticed

    def _is_missed(self, permission: Permission, tests: Iterable[str]) -> bool:
        self._said.clear()
        began = time.monotonic()
        for name in self._fit(tests):
            if time.monotonic() - began > MOST_SECONDS_FOR_ONE:
                break
            if self._misses(name, permission) and self._passes_when_whole(name, permission.role):
                self._say(f"{permission}: missed by {name.rpartition('::')[2]}")
                return True
        return False

    def _fit(self, tests: Iterable[str]) -> Iterator[str]:
        for name in tests:
            quick = self._recording.seconds.get(name, TOO_LONG_SECONDS) < TOO_LONG_SECONDS
            if name in self._items and quick and not BREAKING.search(name):
                yield name

    def _misses(self, name: str, permission: Permission) -> bool:
        """Does this test fail without the permission?

        If it isn't asked for, then once more when no worker knows what it had read (a key).
        """
        with without(self._cloud.aws("iam"), permission):
            for anew in (False, True):
                if anew:
                    self._start_workers_anew(permission.role)
                position = log_size()
                passed = self._passes(name, MORE_PATIENCE if anew else PATIENCE)
                if any(map(permission.covers, refused(position))):
                    self._said[name] = "passes all the same" if passed else "fails"
                    return not passed
                self._said[name] = "didn't ask for it again" if passed else "failed for another reason"
        return False

    def _passes_when_whole(self, name: str, role: str) -> bool:
        """What was refused before may still be on its way, so that a failure says little: the test is tried again later.

        Nor does any worker know any more what it was refused (SES's rate is asked for every five minutes).
        """
        while name not in self._repeatable and self._failures_when_whole[name] < MOST_FAILURES_WHEN_WHOLE:
            self._start_workers_anew(role)
            self._begin_anew()
            if self._passes(name, patience=float("inf")):
                self._repeatable.add(name)
            else:
                self._failures_when_whole[name] += 1
        if name not in self._repeatable:
            self._said[name] = "doesn't pass a second time"
        return name in self._repeatable

    def _begin_anew(self) -> None:
        clean_slate(self._cloud)
        self._run_since_slate.clear()

    def _passes(self, name: str, patience: float) -> bool:
        if name in self._run_since_slate or len(self._run_since_slate) == RUNS_OF_A_SLATE:
            self._begin_anew()
        self._run_since_slate.add(name)
        LocalCloud.most_seconds = patience * max(LEAST_WAIT_SECONDS, self._recording.waited[name])
        try:
            return self._run(self._items[name])
        finally:
            LocalCloud.most_seconds = float("inf")

    def _run(self, item: pytest.Item) -> bool:
        item._initrequest()  # type: ignore[attr-defined]
        reports = runtestprotocol(item, log=False, nextitem=_another(self._session, item))
        return all(report.passed for report in reports)

    def _start_workers_anew(self, role: str) -> None:
        client = self._cloud.aws("lambda")
        for page in client.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                if function["Role"].endswith(f"/{role}"):
                    # Even the same environment ends the emulator's workers; a description wouldn't.
                    client.update_function_configuration(
                        FunctionName=function["FunctionName"], Environment=function["Environment"]
                    )

    def _say(self, line: str) -> None:
        self._reporter.ensure_newline()
        self._reporter.write_line(f"permissions: {line}", flush=True)


def _sample(missed: list[Permission], used: dict[Permission, list[str]]) -> list[Permission]:
    """Permissions of the functions that answer tokens, in an order that is another one every day; `used` keeps their tests alone.

    Other roles work in the background too, where a test that happens to run meanwhile doesn't look.
    """
    answering = {route.function.title().replace("_", "") for route in ROUTES if route.dialect}
    chosen = []
    for each in missed:
        used[each] = [name for name in used[each] if name.startswith(SAMPLED)]
        if used[each] and any(f"-{name}FunctionRole-" in each.role for name in answering):
            chosen.append(each)
    random.Random(f"{datetime.now(UTC):%Y%m%d}").shuffle(chosen)
    return chosen
