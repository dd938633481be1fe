"""One run of a write under its key: it begins once, and its answer is everybody's.

A run begins by one conditional write and ends by one. When it dies between the two, its entry stays in flight until the run's
lock ends, later than the function could have lived; then the same request may run again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from letterhead.idempotency.answer import Answer

KEPT = timedelta(hours=24)
# Functions end after 29 s at the latest.
LOCKED = timedelta(seconds=40)
_RETRY_SECONDS = 2


class KeyReusedError(Exception):
    """The key was used for another request."""


class InFlightError(Exception):
    """The same request is being worked on. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class AnswerNotKeptError(Exception):
    """The request was carried out before; its answer was too large to be kept."""


@value_type
class Run:
    """A request at work. `run_id` differs from run to run, so that one that outlived its lock can't end another."""

    entry: str
    run_id: str
    fingerprint: str
    locked_until: datetime
    expires_at: datetime


@value_type
class Entry:
    """What is kept under a name: of the run that began, and its answer when it has ended.

    `ended` without an answer is a run whose answer wasn't kept.
    """

    fingerprint: str
    locked_until: datetime
    expires_at: datetime
    ended: bool
    answer: Answer | None


class EntryStore(Protocol):
    """Where entries are kept. Every call raises `UnavailableError`."""

    def begin(self, run: Run, now: datetime) -> Entry | None:
        """Store a run and give None, in one write, or give the entry that is in the way.

        An entry isn't in the way that has expired, or whose run hasn't ended, is past its lock and asked the same.
        """

    def end(self, run: Run, answer: Answer | None) -> bool:
        """Store a run's answer in its entry; whether the entry was still this run's."""

    def abandon(self, run: Run) -> bool:
        """Remove a run's entry; whether it was still this run's."""


def begin(store: EntryStore, *, entry: str, fingerprint: str, run_id: str, now: datetime) -> Run | Answer:
    """A run of its own, to be ended by `end`, or the answer that the request got before.

    Raises `KeyReusedError`, `InFlightError`, `AnswerNotKeptError`, and `UnavailableError`: without the store nobody knows whether
    the request ran, so it doesn't.
    """
    run = Run(entry, run_id, fingerprint, now + LOCKED, now + KEPT)
    found = store.begin(run, now)
    if found is None:
        return run
    if found.fingerprint != fingerprint:
        raise KeyReusedError
    if not found.ended:
        raise InFlightError(_RETRY_SECONDS)
    if found.answer is None:
        raise AnswerNotKeptError
    return found.answer


def end(store: EntryStore, run: Run, answer: Answer) -> bool:
    """Keep a run's answer, free of secrets, for the repetitions; whether the run still had its lock.

    After an answer that isn't final the key is free again. One that is too large isn't kept, and a repetition is refused: the
    request was carried out, and must not be again.
    """
    if not answer.is_final:
        return store.abandon(run)
    return store.end(run, answer if answer.fits else None)
