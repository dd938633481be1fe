"""What IAM allowed while each end-to-end test ran, by what the local cloud writes down (`.local/logs/permissions.log`)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, zip_longest

from tests.end_to_end.conftest import CHECKOUT, ROOT, STACK_FILE, LocalCloud
from tests.end_to_end.permissions.granted import Permission, Use

LOG = CHECKOUT.log("permissions")
KEPT = ROOT / ".build" / "permissions.json"
ALLOWED = "Allow"
CHANCE = re.compile(r"(?<=bucket-)[0-9a-f]{13}|(?<=:key/)[0-9a-f-]{36}|(?<=[0-9A-F]{13})-[0-9a-f]{6}$")
"""What differs from one local cloud to the next in the names of buckets, keys and secrets."""
QUIET_SECONDS, LONGEST_UNREST_SECONDS = 0.7, 5.0
"""After so long without a judgement nothing that a test set going is still under way; after so long it is waited no more."""


@dataclass
class Recording:
    """Each test's uses of permissions, how long it took, and how long it waited at most for what comes by itself."""

    uses: dict[str, set[Use]] = field(default_factory=dict)
    afterwards: dict[str, set[Use]] = field(default_factory=dict)
    """What was still under way when a test ended, so that it can hardly look at it."""
    seconds: dict[str, float] = field(default_factory=dict)
    waited: dict[str, float] = field(default_factory=dict)
    position: int = 0

    def begin(self) -> float:
        self.position = log_size()
        LocalCloud.waited = 0.0
        return time.monotonic()

    def end(self, name: str, began: float) -> None:
        self.seconds[name] = min(time.monotonic() - began, _seconds_up())
        self.waited[name] = LocalCloud.waited
        end = log_size()
        _wait_until_quiet()
        _forget_what_is_to_come()
        self.uses[name] = _allowed(self.position, end)
        self.afterwards[name] = _allowed(end)

    def tests_that_use(self, permission: Permission) -> list[str]:
        """In turn two that use least besides, and so look at this most closely, and one that has the role do most.

        Last those that set it going and had ended before it was used.
        """
        found = self._that_use(permission, self.uses) + self._that_use(permission, self.afterwards)
        return list(dict.fromkeys(found))

    def _that_use(self, permission: Permission, when: dict[str, set[Use]]) -> list[str]:
        everywhere = replace(permission, resource=_everywhere(permission.resource))
        found = [name for name, uses in when.items() if any(map(everywhere.covers, uses))]
        close = sorted(found, key=lambda name: (len(self.uses[name]), self.seconds[name]))
        busy = sorted(found, key=lambda name: -sum(use.role == permission.role for use in when[name]))
        turns = chain.from_iterable(zip_longest(close[::2], close[1::2], busy))
        return list(dict.fromkeys(name for name in turns if name is not None))

    def keep(self) -> None:
        """Write it down for a proof of some permissions alone."""
        kept = {"uses": _plain(self.uses), "afterwards": _plain(self.afterwards)}
        KEPT.write_text(json.dumps({**kept, "seconds": self.seconds, "waited": self.waited}))

    @classmethod
    def kept(cls) -> Recording:
        """That of the last whole run; an empty one where there was none."""
        if not KEPT.exists():
            return cls()
        found = json.loads(KEPT.read_text())
        uses, afterwards = (
            {name: {Use(*use) for use in of} for name, of in found[when].items()}
            for when in ("uses", "afterwards")
        )
        return cls(uses, afterwards, found["seconds"], found["waited"])


def log_size() -> int:
    """The log's length now; a cloud that isn't up yet begins its log anew."""
    return LOG.stat().st_size if STACK_FILE.exists() and LOG.exists() else 0


def refused(position: int) -> set[Use]:
    """What IAM has refused since the log was so long: what neither the role's nor the resource's own policy allowed.

    A key's own policy allows the account, which leaves it to the role's (KMS developer guide, "Default key policy").
    """
    judged = list(_judgements(position))
    allowed = {use for use, decision in judged if decision == ALLOWED and not use.action.startswith("kms:")}
    return {use for use, _ in judged if use not in allowed}


def _plain(uses: dict[str, set[Use]]) -> dict[str, list[list[str]]]:
    return {name: sorted([use.role, use.action, use.resource] for use in of) for name, of in uses.items()}


def _wait_until_quiet() -> None:
    began = changed = time.monotonic()
    size = log_size()
    while (now := time.monotonic()) - changed < QUIET_SECONDS and now - began < LONGEST_UNREST_SECONDS:
        time.sleep(QUIET_SECONDS / 7)
        if (grown := log_size()) != size:
            size, changed = grown, time.monotonic()


def _forget_what_is_to_come() -> None:
    """Messages that appear only after a while would fall into other tests."""
    if not STACK_FILE.exists():
        return
    sqs = LocalCloud.running(json.loads(STACK_FILE.read_text())).aws("sqs")
    for url in sqs.list_queues().get("QueueUrls", ()):
        sqs.purge_queue(QueueUrl=url)


def _allowed(position: int, end: int | None = None) -> set[Use]:
    return {
        replace(use, resource=_everywhere(use.resource))
        for use, decision in _judgements(position, end)
        if decision == ALLOWED
    }


def _everywhere(resource: str) -> str:
    return CHANCE.sub("CHANCE", resource)


def _judgements(position: int, end: int | None = None) -> Iterator[tuple[Use, str]]:
    """What IAM has judged since the log was so long (until it was that long), and how.

    Where no cloud is up, a log that is there is of an older one.
    """
    if not STACK_FILE.exists() or not LOG.exists():
        return
    with LOG.open("rb") as lines:
        lines.seek(position)
        for line in lines.read(-1 if end is None else max(end - position, 0)).splitlines():
            principal, action, resource, decision = json.loads(line)
            yield Use(_role(principal), action, resource), decision


def _seconds_up() -> float:
    """How long the local cloud has been there: the first test that needs it waits for it."""
    return time.time() - STACK_FILE.stat().st_mtime if STACK_FILE.exists() else 0.0


def _role(principal: str) -> str:
    """The role's name in `…:role/NAME` and in `…:assumed-role/NAME/session`."""
    kind, _, rest = principal.rpartition(":")[2].partition("/")
    return rest.partition("/")[0] if kind == "assumed-role" else rest
