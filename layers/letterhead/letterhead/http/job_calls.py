"""Imports and exports of suppressions over HTTP, and the jobs that do what doesn't fit a request."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects import jobs as wire
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.suppression_words import NO_SUCH_DOMAIN
from letterhead.http.suppression_scopes import ScopeDomains, Scopes, UnknownScopeDomainError
from letterhead.jobs.job import JobNotFoundError
from letterhead.suppressions.exporting import new_export
from letterhead.suppressions.importing import RowRefusedError, new_import, pieces
from letterhead.suppressions.spreadsheet import SpreadsheetError, decoded, rows
from letterhead.suppressions.suppression import SuppressionList
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.grant import Reach

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.http.request import Request
    from letterhead.jobs.job import Job, JobQueue, JobStore
    from letterhead.suppressions.job_work import JobWork

# What a request does itself before it leaves the rest to the queue.
_STEPS_AT_ONCE = 2


class JobCalls:
    """The calls; a job is seen by whoever sees all that it is about."""

    def __init__(self, jobs: JobStore, work: JobWork, queue: JobQueue, domains: ScopeDomains) -> None:
        self._jobs = jobs
        self._work = work
        self._queue = queue
        self._domains = domains

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        calls = (self.import_csv, self.export_csv, self.show_job, self.show_result)
        return {f"suppressions.{call.__name__}": call for call in calls}

    def import_csv(self, request: Request) -> Reply:
        """Import a file: a small one at once, a large one as a job."""
        wanted = wire.read_wanted(dict(request.query))
        scopes = Scopes(self._domains, request)
        domain_id = _scope(scopes, wanted.domain_id)
        which = wanted.list or SuppressionList.BLOCKLIST

        def scope_of(text: str) -> str | None:
            found = identifiers.from_any(identifiers.DOMAIN_PREFIX, text)
            try:
                return scopes.one(found) if found is not None else _refused()
            except UnknownScopeDomainError:
                return _refused()

        try:
            read = list(rows(decoded(request.body)))
        except SpreadsheetError as error:
            raise InvalidFieldsError({"body": (f"The body {error}.",)}) from error
        if not read:
            raise InvalidFieldsError({"body": ("The body has no rows.",)})
        inputs = pieces(read, which, domain_id, scope_of)
        restricted_to = None if request.token.reach is Reach.ACCOUNT else request.token.domain_id
        job = new_import(
            request.account_id,
            identifiers.new_id(request.now),
            restricted_to,
            inputs,
            len(read),
            request.now,
        )
        self._jobs.add(job, inputs)
        return self._begun(job, request)

    def export_csv(self, request: Request) -> Reply:
        """Export lists: short ones at once, long ones as a job."""
        wanted = wire.read_wanted(dict(request.query))
        scopes = Scopes(self._domains, request)
        try:
            which = scopes.all(wanted.domain_id)
        except UnknownScopeDomainError as error:
            raise InvalidFieldsError({"domain_id": (NO_SUCH_DOMAIN,)}) from error
        whole = request.token.reach is Reach.ACCOUNT and wanted.domain_id is None
        job = new_export(
            request.account_id,
            identifiers.new_id(request.now),
            None if whole else which[0],
            [wanted.list] if wanted.list else list(SuppressionList),
            which,
            request.now,
        )
        self._jobs.add(job, [])
        return self._begun(job, request)

    def show_job(self, request: Request) -> Reply:
        """How far a job is."""
        return wire.looked_at(self._named(request), request.dialect, request.base_url)

    def show_result(self, request: Request) -> Reply:
        """What a job made: an export's rows, or the rows that an import refused."""
        job = self._named(request)
        first = wire.read_part(dict(request.query))
        prefix = "/api/v1" if request.dialect is Dialect.SENDMAILOS else "/v1"
        url = f"{request.base_url}{prefix}/jobs/{request.parameters['job']}/result"
        return wire.result(job, self._jobs.results(job, first, wire.PIECES_AT_ONCE), first, url)

    def _begun(self, job: Job, request: Request) -> Reply:
        steps = count()
        job = self._work.go_on(job, lambda: next(steps) >= _STEPS_AT_ONCE)
        if not job.is_done:
            self._queue.ask(job.account_id, job.job_id)
        return wire.shown(job, request.dialect, request.base_url)

    def _named(self, request: Request) -> Job:
        job = self._jobs.by_id(request.account_id, wire.read_id(request.parameters["job"]))
        token = request.token
        if job is None or (token.reach is not Reach.ACCOUNT and job.domain_id != token.domain_id):
            raise JobNotFoundError
        return job


def _scope(scopes: Scopes, domain_id: str | None) -> str | None:
    try:
        return scopes.one(domain_id)
    except UnknownScopeDomainError as error:
        raise InvalidFieldsError({"domain_id": (NO_SUCH_DOMAIN,)}) from error


def _refused() -> str | None:
    raise RowRefusedError("names no domain of this account")
