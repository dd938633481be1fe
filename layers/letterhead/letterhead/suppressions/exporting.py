"""Exporting suppressions into a file, step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, cast

from letterhead.jobs.job import Job, JobKind, JobStatus
from letterhead.suppressions.pages import SuppressionQuery
from letterhead.suppressions.spreadsheet import written
from letterhead.suppressions.suppression import SuppressionList

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from letterhead.suppressions.pages import SuppressionStore
    from letterhead.suppressions.suppression import Suppression

ROWS_A_STEP = 400


def new_export(
    account_id: str,
    job_id: str,
    restricted_to: str | None,
    lists: Sequence[SuppressionList],
    scopes: Sequence[str | None],
    now: datetime,
) -> Job:
    """The job that exports these lists of these scopes, one after the other."""
    places = [[which.value, scope] for which in lists for scope in scopes]
    return Job(
        account_id=account_id,
        job_id=job_id,
        kind=JobKind.SUPPRESSION_EXPORT,
        domain_id=restricted_to,
        created_at=now,
        updated_at=now,
        settings={"places": places, "after": None},
        counts={"rows": 0},
    )


def export_step(job: Job, *, store: SuppressionStore, now: datetime) -> tuple[Job, str]:
    """Do the next step; the job as it is then, and its rows as CSV.

    Entries that come while it runs may be left out; those that go may be in it.
    """
    places = cast("list[tuple[str, str | None]]", job.settings["places"])
    after = cast("str | None", job.settings["after"])
    found: list[Suppression] = []
    while places and len(found) < ROWS_A_STEP:
        which, scope = places[0]
        query = SuppressionQuery(
            (SuppressionList(which),), (scope,), size=ROWS_A_STEP - len(found), after=after
        )
        page = store.page(job.account_id, query, now)
        found += page.suppressions
        if page.has_more:
            after = page.suppressions[-1].suppression_id
        else:
            places, after = places[1:], None
    moved = replace(
        job,
        step=job.step + 1,
        status=job.status if places else JobStatus.COMPLETED,
        settings={"places": places, "after": after},
        counts={"rows": job.counts["rows"] + len(found)},
        updated_at=now,
    )
    return moved, written([_row(one) for one in found])


def _row(one: Suppression) -> tuple[object, ...]:
    return (
        one.key.subject,
        one.key.list.value,
        one.key.domain_id,
        one.provenance.reason.value,
        _moment(one.created_at),
        None if one.expires_at is None else _moment(one.expires_at),
        one.provenance.diagnostic or one.provenance.note,
    )


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
