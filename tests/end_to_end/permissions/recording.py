"""What IAM allowed while each end-to-end test ran, by what the local cloud writes down (`.local/logs/permissions.log`)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.end_to_end.conftest import CHECKOUT, ROOT, STACK_FILE, LocalCloud
from tests.end_to_end.permissions.granted import Permission, Use

LOG = CHECKOUT.log("permissions")
KEPT = ROOT / ".build" / "permissions.json"
ALLOWED = "Allow"


@dataclass
class Recording:
    """Each test's uses of permissions, how long it took, and how long it waited at most for what comes by itself."""

    uses: dict[str, set[Use]] = field(default_factory=dict)
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
        self.uses[name] = {use for use, decision in _judgements(self.position) if decision == ALLOWED}

    def tests_that_use(self, permission: Permission) -> list[str]:
        """Those first that use little else, and so look at this most closely; of them the quickest."""
        found = [name for name, uses in self.uses.items() if any(map(permission.covers, uses))]
        return sorted(found, key=lambda name: (len(self.uses[name]), self.seconds[name]))

    def keep(self) -> None:
        """Write it down for a proof of some permissions alone."""
        uses = {
            name: sorted([use.role, use.action, use.resource] for use in of) for name, of in self.uses.items()
        }
        KEPT.write_text(json.dumps({"uses": uses, "seconds": self.seconds, "waited": self.waited}))

    @classmethod
    def kept(cls) -> Recording:
        """That of the last whole run."""
        found = json.loads(KEPT.read_text())
        uses = {name: {Use(*use) for use in of} for name, of in found["uses"].items()}
        return cls(uses, found["seconds"], found["waited"])


def log_size() -> int:
    """The log's length now; a cloud that isn't up yet begins its log anew."""
    return LOG.stat().st_size if STACK_FILE.exists() and LOG.exists() else 0


def refused(position: int) -> set[Use]:
    """What IAM has refused since the log was so long: what neither the role's nor the resource's own policy allowed."""
    judged = list(_judgements(position))
    allowed = {use for use, decision in judged if decision == ALLOWED}
    return {use for use, _ in judged if use not in allowed}


def _judgements(position: int) -> Iterator[tuple[Use, str]]:
    """What IAM has judged since the log was so long, and how. Where no cloud is up, a log that is there is of an older one."""
    if not STACK_FILE.exists() or not LOG.exists():
        return
    with LOG.open(encoding="utf-8") as lines:
        lines.seek(position)
        for line in lines:
            principal, action, resource, decision = json.loads(line)
            yield Use(_role(principal), action, resource), decision


def _seconds_up() -> float:
    """How long the local cloud has been there: the first test that needs it waits for it."""
    return time.time() - STACK_FILE.stat().st_mtime if STACK_FILE.exists() else 0.0


def _role(principal: str) -> str:
    """The role's name in `…:role/NAME` and in `…:assumed-role/NAME/session`."""
    kind, _, rest = principal.rpartition(":")[2].partition("/")
    return rest.partition("/")[0] if kind == "assumed-role" else rest
