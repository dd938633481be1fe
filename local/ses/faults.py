"""Breaking SES on purpose: its rate limit, a throttle for a while, the failure of chosen calls, the account's standing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from local.ses.errors import SesError, too_many_requests

_STATUS = {
    "AccessDeniedException": 403,
    "NotFoundException": 404,
    "ConflictException": 409,
    "TooManyRequestsException": 429,
    "ConcurrentModificationException": 500,
    "InternalFailure": 500,
    "InternalServiceErrorException": 500,
    "ServiceUnavailable": 503,
}


@dataclass
class Failure:
    """The next `times` calls of an operation answer with this code; `performed` ones have had their effect first,
    as when the answer is lost on its way."""

    operation: str
    code: str
    times: int = 1
    performed: bool = False

    @property
    def error(self) -> SesError:
        return SesError(
            self.code, f"{self.operation} fails because a test asked for it.", _STATUS.get(self.code, 400)
        )


class Faults:
    """What is broken now. Identity calls are counted against `calls_per_second` when it is set; `account` is what GetAccount says
    otherwise than usual."""

    def __init__(self, calls_per_second: float | None, clock: Callable[[], datetime]) -> None:
        self._calls_per_second = calls_per_second
        self._clock = clock
        self._next_call_at: datetime | None = None
        self._throttled_until: datetime | None = None
        self._failures: list[Failure] = []
        self.account: dict[str, Any] = {}

    def throttle(self, seconds: float) -> None:
        """Every identity call answers TooManyRequestsException for so long; 0 ends it."""
        self._throttled_until = self._clock() + timedelta(seconds=seconds)

    def fail_next(self, operation: str, code: str, times: int = 1, *, performed: bool = False) -> None:
        """Break the next calls of one operation; failures of one operation come in the order they were asked for."""
        if times < 1 or not operation or not code:
            raise ValueError("a failure needs an operation, a code and a count of at least one")
        self._failures.append(Failure(operation, code, times, performed))

    def clear(self) -> None:
        """Break nothing any more; the rate limit stays."""
        self._throttled_until = None
        self._failures.clear()
        self.account = {}

    def as_json(self) -> dict[str, Any]:
        """`throttled_until` (ISO 8601 or null) and `failures` as they will come; `account` where it is another than usual."""
        until = self._throttled_until if self._is_throttled() else None
        return {
            "throttled_until": until.isoformat() if until is not None else None,
            "failures": [asdict(failure) for failure in self._failures],
            **({"account": self.account} if self.account else {}),
        }

    def check_rate(self) -> None:
        """Count one identity call; SesError when it is one too many."""
        if self._is_throttled():
            raise too_many_requests()
        if self._calls_per_second is None:
            return
        now = self._clock()
        if self._next_call_at is not None and now < self._next_call_at:
            raise too_many_requests()
        self._next_call_at = now + timedelta(seconds=1 / self._calls_per_second)

    def take_failure(self, operation: str) -> Failure | None:
        """The failure that this call of the operation meets, if it meets one."""
        failure = next((one for one in self._failures if one.operation == operation), None)
        if failure is not None:
            failure.times -= 1
            if failure.times == 0:
                self._failures.remove(failure)
        return failure

    def _is_throttled(self) -> bool:
        return self._throttled_until is not None and self._clock() < self._throttled_until
