"""The gates that mail passes: in one order, each with a code and what to do about it.

They are asked twice, when a mail is accepted and when it leaves. A gate that can't be evaluated stops the mail: nothing is sent
on a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from letterhead.unavailable import UnavailableError
from letterhead.values import value_type


class GateName(StrEnum):
    """The gates, in the order in which they are asked. Who has been let in at the front door has passed the first two."""

    TOKEN = "token"  # noqa: S105 -- the gate's name
    ACCOUNT = "account"
    SIZE = "size"
    SENDER = "sender"
    DOMAIN = "domain"
    DMARC = "dmarc"
    RECIPIENTS = "recipients"
    SANDBOX = "sandbox"
    DAILY = "daily_limit"
    WARM_UP = "warm_up"


class Verdict(StrEnum):
    """What a gate says: `waits` lets the mail in but not out yet; `unknown` means that it couldn't be asked."""

    PASSED = "passed"
    REFUSED = "refused"
    WAITS = "waits"
    UNKNOWN = "unknown"


class Code(StrEnum):
    """Why a gate doesn't let a mail pass; stable, for machines."""

    TOO_LARGE = "too_large"
    DOMAIN_PAUSED = "domain_paused"
    FROM_NOT_VERIFIED = "from_not_verified"
    IDENTITY_NOT_VERIFIED = "identity_not_verified"
    NO_SHARED_SENDER = "no_shared_sender"
    DMARC_REJECTS = "dmarc_rejects"
    RECIPIENT_SUPPRESSED = "recipient_suppressed"
    RECIPIENT_NOT_ALLOWED = "recipient_not_allowed"
    DAILY_LIMIT = "daily_limit"
    WARM_UP_LIMIT = "warm_up_limit"
    NOT_EVALUATED = "not_evaluated"


@value_type
class GateAnswer:
    """What one gate says: in one sentence, and what to do about it. `recipients` are those (folded) that it is about."""

    gate: GateName
    verdict: Verdict = Verdict.PASSED
    code: Code | None = None
    detail: str = ""
    fix: str = ""
    recipients: tuple[str, ...] = ()


class MailRefusedAtGateError(Exception):
    """A gate refuses the mail. `retry_after` is in seconds, for what will pass by itself."""

    def __init__(self, answer: GateAnswer, retry_after: int | None = None) -> None:
        super().__init__(answer.detail)
        self.answer = answer
        self.retry_after = retry_after

    @property
    def gate(self) -> str:
        """The gate's name, for the metrics."""
        return self.answer.gate.value


Gate = Callable[[], GateAnswer]


def asked(gates: Sequence[tuple[GateName, Gate]]) -> Iterator[GateAnswer]:
    """The gates' answers in their order; one whose store doesn't answer is `unknown`."""
    for name, gate in gates:
        try:
            yield gate()
        except UnavailableError:
            yield GateAnswer(
                name,
                Verdict.UNKNOWN,
                Code.NOT_EVALUATED,
                "This couldn't be found out just now, and nothing is sent on a guess.",
                "Try again in a minute.",
            )


def passed(answers: Iterator[GateAnswer], now: datetime) -> tuple[GateAnswer, ...]:
    """All answers of gates that let the mail in; raises `MailRefusedAtGateError` at the first that refuses it, and
    `UnavailableError` at the first that couldn't be asked."""
    taken: list[GateAnswer] = []
    for answer in answers:
        if answer.verdict is Verdict.UNKNOWN:
            raise UnavailableError
        if answer.verdict is Verdict.REFUSED:
            tomorrow = answer.code in {Code.DAILY_LIMIT, Code.WARM_UP_LIMIT}
            raise MailRefusedAtGateError(answer, _until_midnight(now) if tomorrow else None)
        taken.append(answer)
    return tuple(taken)


def _until_midnight(now: datetime) -> int:
    """The seconds that a day of UTC still has."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return max(1, int((midnight - now).total_seconds()))
