"""What one look has come to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """`tick`: as it should be. `cross`: it isn't, and `fix` says what to do. `unknown`: it couldn't be looked at."""

    TICK = "tick"
    CROSS = "cross"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `code` is stable; `says` is what was found; `fix` is empty for a tick."""

    code: str
    mark: Mark
    says: str
    fix: str = ""


def judged(code: str, right: bool, says: str, fix: str) -> Finding:
    """A tick, or a cross with its fix."""
    return Finding(code, Mark.TICK, says) if right else Finding(code, Mark.CROSS, says, fix)


def gone(stack_name: str, says: str) -> Finding:
    """A cross for what the stack has made and somebody has deleted: a deployment doesn't notice."""
    fix = (
        "bring it back under this very name, as the template describes it, then look again;"
        f" aws cloudformation detect-stack-drift --stack-name {stack_name}; it finds what else isn't as it was deployed"
    )
    return Finding("gone", Mark.CROSS, says, fix)
