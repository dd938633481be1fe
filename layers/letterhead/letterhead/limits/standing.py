"""What a caller is told about a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from letterhead.limits.limit import Limit


class Standing(NamedTuple):
    """How much of a limit is left, as this environment knows it.

    `remaining` is None where there is no limit. `reset` is Unix seconds: the first moment at which `remaining` can rise again;
    until then it only falls, by more than one when a lease ends with permits left or other environments are heard of.
    """

    limit: Limit
    remaining: int | None
    reset: int


class LimitExceededError(Exception):
    """A limit has nothing left. `retry_after` is in seconds: by then enough of the window will have passed.

    `standings` are those of all limits that were asked, in the order of asking.
    """

    def __init__(self, limit: Limit, retry_after: int, standings: Sequence[Standing]) -> None:
        super().__init__(f"{limit.name}: try again in {retry_after} s")
        self.limit = limit
        self.retry_after = retry_after
        self.standings = tuple(standings)


def tightest(standings: Sequence[Standing]) -> Standing:
    """The standing with the least left; one without a limit only where there is no other."""
    limited = [standing for standing in standings if standing.remaining is not None]
    return min(limited, key=lambda standing: standing.remaining or 0) if limited else standings[0]
