"""Working on a job of suppressions until it is done or there is no time left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.jobs.job import Job, JobKind
from letterhead.suppressions.exporting import export_step
from letterhead.suppressions.importing import import_step

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from letterhead.identities.addresses import AddressRules
    from letterhead.jobs.job import JobStore
    from letterhead.suppressions.pages import SuppressionStore


class JobWork:
    """The act, with what it needs."""

    def __init__(
        self,
        jobs: JobStore,
        store: SuppressionStore,
        addresses: AddressRules,
        clock: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._store = store
        self._addresses = addresses
        self._clock = clock

    def go_on(self, job: Job, until: Callable[[], bool]) -> Job:
        """Do steps until the job is done or `until` says so; the job as it is then.

        Raises `JobMovedError` when another one works on it too, and `UnavailableError`.
        """
        while not job.is_done and not until():
            now = self._clock()
            match job.kind:
                case JobKind.SUPPRESSION_IMPORT:
                    after, result = import_step(
                        job, self._jobs.input(job), store=self._store, addresses=self._addresses, now=now
                    )
                case JobKind.SUPPRESSION_EXPORT:
                    after, result = export_step(job, store=self._store, now=now)
            self._jobs.advance(job, after, result)
            job = after
        return job
