"""The jobs table: under an account each job with the pieces of its input and of its result, all for a week.

Sort keys: `<job id>`, `<job id>#in#<step>`, `<job id>#out#<step>`. Pieces are compressed; whoever makes
them keeps them below DynamoDB's 400 KB an item.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, cast

from pynamodb.attributes import BinaryAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError

from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.jobs.job import KEPT, Job, JobKind, JobMovedError, JobStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFUSED = "ConditionalCheckFailedException"


class JobItem(TableModel):
    """A job, or a piece, which has `piece` only. `forget_at` is in Unix seconds."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    sort_key = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute(null=True)
    domain_id = UnicodeAttribute(null=True)
    created_at = Instant(null=True)
    updated_at = Instant(null=True)
    settings = JSONAttribute(null=True)
    counts = JSONAttribute(null=True)
    status = UnicodeAttribute(null=True)
    step = NumberAttribute(null=True)
    steps = NumberAttribute(null=True)
    piece = BinaryAttribute(null=True, legacy_encoding=False)
    forget_at = NumberAttribute()


class JobTable:
    """Where jobs are kept."""

    def __init__(self, table_name: str) -> None:
        JobItem.bind(table_name)

    def add(self, job: Job, inputs: list[str]) -> None:
        """Keep a new job; the pieces of its input first, so that no job is without them."""
        with JobItem.batch_write() as batch:
            for number, text in enumerate(inputs):
                batch.save(_piece(job, "in", number, text))
        _item(job).save()

    def by_id(self, account_id: str, job_id: str) -> Job | None:
        """The account's job of that id (strongly consistent), or None."""
        try:
            return _job(JobItem.get(account_id, job_id, consistent_read=True))
        except DoesNotExist:
            return None

    def input(self, job: Job) -> str:
        """The piece of its input that the next step works on; raises `JobMovedError` when the job has been forgotten."""
        try:
            return _text(JobItem.get(job.account_id, f"{job.job_id}#in#{job.step:05}", consistent_read=True))
        except DoesNotExist as error:
            raise JobMovedError from error

    def advance(self, before: Job, after: Job, result: str) -> None:
        """Note that a step is done, its piece of the result first; a repeated step overwrites its own.

        Raises `JobMovedError` when it was noted already.
        """
        if result:
            _piece(before, "out", before.step, result).save()
        try:
            JobItem(before.account_id, before.job_id).update(
                [
                    JobItem.step.set(after.step),
                    JobItem.status.set(after.status.value),
                    JobItem.counts.set(dict(after.counts)),
                    JobItem.settings.set(dict(after.settings)),
                    JobItem.updated_at.set(after.updated_at),
                ],
                condition=(JobItem.step == before.step) & (JobItem.status == before.status.value),
            )
        except UpdateError as error:
            if error.cause_response_code == _REFUSED:
                raise JobMovedError from error
            raise

    def results(self, job: Job, first: int, most: int) -> list[str]:
        """Pieces of the result from step `first` on, in order; a step that made nothing has an empty one."""
        numbers = range(first, min(first + most, job.step))
        keys = [(job.account_id, f"{job.job_id}#out#{number:05}") for number in numbers]
        found = {item.sort_key: _text(item) for item in JobItem.batch_get(keys)} if keys else {}
        return [found.get(key, "") for _, key in keys]

    def forget(self, account_id: str) -> None:
        """Forget all of an account's jobs; forgetting them twice is once."""
        with JobItem.batch_write() as batch:
            for item in JobItem.query(account_id, consistent_read=True):
                batch.delete(item)


def _piece(job: Job, kind: str, number: int, text: str) -> JobItem:
    return JobItem(
        job.account_id,
        f"{job.job_id}#{kind}#{number:05}",
        piece=zlib.compress(text.encode()),
        forget_at=_forget_at(job),
    )


def _text(item: JobItem) -> str:
    return zlib.decompress(item.piece or b"").decode()


def _forget_at(job: Job) -> int:
    return int((job.created_at + KEPT).timestamp())


def _item(job: Job) -> JobItem:
    return JobItem(
        account_id=job.account_id,
        sort_key=job.job_id,
        kind=job.kind.value,
        domain_id=job.domain_id,
        created_at=job.created_at,
        updated_at=job.updated_at,
        settings=dict(job.settings),
        counts=dict(job.counts),
        status=job.status.value,
        step=job.step,
        steps=job.steps,
        forget_at=_forget_at(job),
    )


def _job(item: JobItem) -> Job:
    steps = cast("float | None", item.steps)
    return Job(
        account_id=item.account_id,
        job_id=item.sort_key,
        kind=JobKind(item.kind or ""),
        domain_id=item.domain_id,
        created_at=item.created_at,
        updated_at=item.updated_at,
        settings=cast("Mapping[str, object]", item.settings),
        counts=cast("Mapping[str, int]", item.counts),
        status=JobStatus(item.status or ""),
        step=int(item.step or 0),
        steps=None if steps is None else int(steps),
    )
