"""A job and where jobs are kept."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

KEPT = timedelta(days=7)


class JobNotFoundError(Exception):
    """This account has no such job, or none that the asking token may see."""


class JobMovedError(Exception):
    """Somebody else has done this step of the job."""


class JobKind(StrEnum):
    """What a job does."""

    SUPPRESSION_IMPORT = "suppression_import"
    SUPPRESSION_EXPORT = "suppression_export"


class JobStatus(StrEnum):
    """How far a job is."""

    PROCESSING = "processing"
    COMPLETED = "completed"


@value_type
class Job:
    """A job. `domain_id` is the domain that it is restricted to, None for one of the whole account.

    `step` counts the steps done, `steps` all of them where that is known. `counts` are what it came to so far, by name;
    `settings` what it was asked to do and where it goes on, in plain JSON.
    """

    account_id: str
    job_id: str
    kind: JobKind
    domain_id: str | None
    created_at: datetime
    updated_at: datetime
    settings: Mapping[str, object]
    counts: Mapping[str, int]
    status: JobStatus = JobStatus.PROCESSING
    step: int = 0
    steps: int | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.status is JobStatus.COMPLETED


class JobStore(Protocol):
    """Where jobs are kept for `KEPT`, with their inputs and results."""

    def add(self, job: Job, inputs: list[str]) -> None:
        """Keep a new job and the pieces of its input."""

    def by_id(self, account_id: str, job_id: str) -> Job | None:
        """The account's job of that id as it is now, or None."""

    def input(self, job: Job) -> str:
        """The piece of its input that the next step works on."""

    def advance(self, before: Job, after: Job, result: str) -> None:
        """Note that a step is done, with its piece of the result; raises `JobMovedError` when it was already."""

    def results(self, job: Job, first: int, most: int) -> list[str]:
        """Pieces of the result from number `first` on, in order; steps may have made empty ones."""


class JobQueue(Protocol):
    """Who works on jobs later."""

    def ask(self, account_id: str, job_id: str) -> None:
        """Have somebody go on with a job; raises `UnavailableError`."""
