"""Sending no faster than the provider takes mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED_AGAIN_AFTER = 300.0  # seconds
LONGEST_WAIT = (
    10.0  # seconds: a message that is begun has more time than that, and what the provider takes besides
)
AT_LEAST = 1.0  # a second: what the provider gives the newest account (SES developer guide, quotas)


class SendRate(Protocol):
    """Whoever knows how much the provider takes."""

    def most_a_second(self) -> float:
        """How many mails a second the whole deployment may send. Raises `UnavailableError`."""


class Pace:
    """The share of the provider's rate that one environment may use; `environments` is how many there are at most.

    `clock` is in seconds and only ever grows. While the rate isn't known, the last one known holds, or the lowest there is.
    """

    def __init__(
        self,
        rate: SendRate,
        environments: int,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._rate = rate
        self._environments = environments
        self._clock = clock
        self._sleep = sleep
        self._known = AT_LEAST
        self._ask_at = 0.0
        self._next_at = 0.0

    def wait(self, recipients: int) -> bool:
        """Wait until a mail to so many may be handed over: the provider counts recipients, not mails.

        False when that is later than can be waited for; what could be waited has been.
        """
        now = self._clock()
        if now >= self._ask_at:
            self._ask(now)
        if self._next_at > now:
            self._sleep(min(self._next_at - now, LONGEST_WAIT))
        if self._next_at > now + LONGEST_WAIT:
            return False
        self._next_at = max(now, self._next_at) + recipients * self._environments / self._known
        return True

    def _ask(self, now: float) -> None:
        self._ask_at = now + ASKED_AGAIN_AFTER
        try:
            self._known = max(AT_LEAST, self._rate.most_a_second())
        except UnavailableError:
            return
