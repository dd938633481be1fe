"""Proof that no role can do more than it needs: each permission is taken away in turn, and a test must fail for it.

The tests run once as always while the local cloud writes down what IAM was asked (`.local/logs/permissions.log`). From that it is
known which tests need which permission. Then each of these tests, the quickest first, runs again without the permission, until
one fails. A test counts only if it passes again with all permissions.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from letterhead.http.routes import ROUTES
from tests.end_to_end.conftest import CHECKOUT, STACK_FILE, LocalCloud
from tests.end_to_end.permissions.clean_slate import clean_slate
from tests.end_to_end.permissions.granted import Permission, Use, granted, without
from tests.end_to_end.permissions.unjudged import reason_for

STACK_NAME = "letterhead"
LOG = CHECKOUT.log("permissions")
SAMPLE_SECONDS = 30
"""How long a sample may take; others every day."""
SAMPLED = "tests/end_to_end/test_every_function.py"
"""A sample is of what these tests need, for they are quick and look at the effect of each call."""
MOST_TRIES = 4
PATIENCE = 0.3
"""How much of a test's usual waiting is enough for what can't come."""
TOO_LONG_SECONDS = 45
ALLOWED = "Allow"


@dataclass
class Recording:
    """What IAM allowed while each test ran, and how long that took."""

    uses: dict[str, set[Use]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    position: int = 0

    def begin(self) -> float:
        # A cloud that isn't up yet begins its log anew.
        self.position = LOG.stat().st_size if STACK_FILE.exists() and LOG.exists() else 0
        return time.monotonic()

    def end(self, name: str, began: float) -> None:
        self.seconds[name] = min(time.monotonic() - began, _seconds_up())
        self.uses[name] = set(_allowed(LOG, self.position))

    def tests_that_use(self, permission: Permission) -> list[str]:
        """Those first that use little else, and so look at this most closely; of them the quickest."""
        found = [name for name, uses in self.uses.items() if any(map(permission.covers, uses))]
        return sorted(found, key=lambda name: (len(self.uses[name]), self.seconds[name]))


def prove(session: pytest.Session, wanted: str) -> bool:
    """pytest's loop over the tests, and then the proof: of all permissions, or of a sample when that is wanted."""
    recording = Recording()
    items = session.items
    try:
        for item, following in zip(items, [*items[1:], items[0]], strict=True):
            began = recording.begin()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            recording.end(item.nodeid, began)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
        if not session.testsfailed:
            session.testsfailed += _Proof(session, recording).of(wanted)
    finally:
        session._setupstate.teardown_exact(None)
    return True


class _Proof:
    def __init__(self, session: pytest.Session, recording: Recording) -> None:
        self._session = session
        self._items = {item.nodeid: item for item in session.items}
        self._recording = recording
        self._cloud = LocalCloud.running(json.loads(STACK_FILE.read_text()))
        self._repeatable: dict[str, bool] = {}
        self._reporter = session.config.pluginmanager.getplugin("terminalreporter")

    def of(self, wanted: str) -> int:
        """How many permissions nothing misses."""
        began = time.monotonic()
        permissions = granted(self._cloud.aws("iam"), STACK_NAME)
        judged = [permission for permission in permissions if reason_for(permission) is None]
        used = {each: self._recording.tests_that_use(each) for each in judged}
        missed = [each for each, tests in used.items() if tests]
        idle = [each for each, tests in used.items() if not tests]
        chosen = missed if wanted == "all" else _sample(missed, used)
        self._say(
            f"{len(permissions)} permissions: {len(permissions) - len(judged)} that the emulator never asks for,"
            f" {len(idle)} that no test uses, {len(missed)} to take away, of which {len(chosen)} at most now"
        )
        unnoticed, tried = [], 0
        for each in chosen:
            if wanted != "all" and time.monotonic() - began > SAMPLE_SECONDS:
                break
            tried += 1
            if not self._is_missed(each, used[each]):
                unnoticed.append(each)
        for each in idle if wanted == "all" else ():
            self._say(f"UNUSED {each}")
        for each in unnoticed:
            self._say(f"UNNOTICED {each} (used by {', '.join(used[each][:3])})")
        self._say(
            f"{tried - len(unnoticed)} of {tried} permissions are missed when they are taken away"
            f" ({time.monotonic() - began:.0f} s)"
        )
        return len(unnoticed) + (len(idle) if wanted == "all" else tried == 0)

    def _is_missed(self, permission: Permission, tests: Iterable[str]) -> bool:
        for name in list(self._fit(tests))[:MOST_TRIES]:
            with without(self._cloud.aws("iam"), permission):
                self._start_workers_anew(permission.role)
                passed = self._passes(name)
            if not passed and self._passes_when_whole(name):
                self._say(f"{permission}: missed by {name.rpartition('::')[2]}")
                return True
        return False

    def _fit(self, tests: Iterable[str]) -> Iterator[str]:
        for name in tests:
            if self._recording.seconds[name] < TOO_LONG_SECONDS:
                yield name

    def _passes_when_whole(self, name: str) -> bool:
        if name not in self._repeatable:
            self._repeatable[name] = self._passes(name)
        return self._repeatable[name]

    def _passes(self, name: str) -> bool:
        clean_slate(self._cloud)
        item = self._items[name]
        other = next(each for each in self._session.items if each is not item)
        item._initrequest()  # type: ignore[attr-defined]
        LocalCloud.patience = PATIENCE
        try:
            reports = runtestprotocol(item, log=False, nextitem=other)
        finally:
            LocalCloud.patience = 1.0
        return all(report.passed for report in reports)

    def _start_workers_anew(self, role: str) -> None:
        """A function that keeps what it once read (a key, an account's limits) would not ask again."""
        client = self._cloud.aws("lambda")
        for page in client.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                if function["Role"].endswith(f"/{role}"):
                    client.update_function_configuration(
                        FunctionName=function["FunctionName"], Description=f"{time.monotonic_ns()}"
                    )

    def _say(self, line: str) -> None:
        self._reporter.ensure_newline()
        self._reporter.write_line(f"permissions: {line}")


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


def _seconds_up() -> float:
    """How long the local cloud has been there: the first test that needs it waits for it."""
    return time.time() - STACK_FILE.stat().st_mtime if STACK_FILE.exists() else 0.0


def _allowed(log: Path, position: int) -> Iterator[Use]:
    if not log.exists():
        return
    with log.open(encoding="utf-8") as lines:
        lines.seek(position)
        for line in lines:
            principal, action, resource, decision = json.loads(line)
            if decision == ALLOWED:
                yield Use(_role(principal), action, resource)


def _role(principal: str) -> str:
    """The role's name in `…:role/NAME` and in `…:assumed-role/NAME/session`."""
    kind, _, rest = principal.rpartition(":")[2].partition("/")
    return rest.partition("/")[0] if kind == "assumed-role" else rest
