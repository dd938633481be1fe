"""What DNS alone says of one required record, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from letterhead.domains.diagnosis.finding import Finding


class Seen(StrEnum):
    """What DNS shows of a required record."""

    RIGHT = "right"  # published, in the meaning that counts
    WRONG = "wrong"  # something definite is published that doesn't do
    ABSENT = "absent"  # definitely not published
    UNKNOWN = "unknown"  # nobody gave a usable answer, or the zone's servers contradict each other


@value_type
class Judgement:
    """What DNS shows of a required record, with the findings that explain it, the most telling first."""

    seen: Seen
    findings: tuple[Finding, ...] = ()


RIGHT = Judgement(Seen.RIGHT)
ABSENT = Judgement(Seen.ABSENT)
UNKNOWN = Judgement(Seen.UNKNOWN)


def wrong(*findings: Finding) -> Judgement:
    """Published, and not as it must be."""
    return Judgement(Seen.WRONG, findings)
