"""Importing suppressions from a file, step by step."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.identities.addresses import AddressError
from letterhead.jobs.job import Job, JobKind, JobStatus
from letterhead.suppressions.adding import Caller, by_call
from letterhead.suppressions.address import LONGEST_ADDRESS, folded
from letterhead.suppressions.pages import TooManyPatternsError
from letterhead.suppressions.pattern import Pattern, PatternError
from letterhead.suppressions.spreadsheet import known_list, written
from letterhead.suppressions.suppression import EntryKey, SuppressionList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from letterhead.identities.addresses import AddressRules
    from letterhead.suppressions.pages import SuppressionStore
    from letterhead.suppressions.spreadsheet import Row
    from letterhead.suppressions.suppression import Suppression

ROWS_A_STEP = 500
# In characters: however they are written, a piece is no larger than an item of a table.
_LARGEST_PIECE = 60_000
REPORT_COLUMNS = ("row", "value", "error")
_NOTHING = {"rows": 0, "added": 0, "unchanged": 0, "refused": 0}


class RowRefusedError(ValueError):
    """A row can't be taken; the message says why."""


def pieces(
    rows: Iterable[Row],
    which: SuppressionList,
    domain_id: str | None,
    scope_of: Callable[[str], str | None],
) -> list[str]:
    """A file's rows as the input of a job, each row with its list and scope or with why it is refused.

    `scope_of` gives the domain behind what a row names and raises `RowRefusedError`.
    """
    found: list[str] = []
    piece: list[list[object]] = []
    size = 0
    for row in rows:
        piece.append(_placed(row, which, domain_id, scope_of))
        size += len(row.subject)
        if len(piece) == ROWS_A_STEP or size > _LARGEST_PIECE:
            found.append(json.dumps(piece))
            piece, size = [], 0
    if piece:
        found.append(json.dumps(piece))
    return found


def _placed(
    row: Row, which: SuppressionList, domain_id: str | None, scope_of: Callable[[str], str | None]
) -> list[object]:
    refused = None
    if row.list is not None:
        named = known_list(row.list)
        which, refused = (which, "names no list") if named is None else (named, None)
    if row.domain_id is not None and refused is None:
        try:
            domain_id = scope_of(row.domain_id)
        except RowRefusedError as error:
            refused = str(error)
    return [row.number, row.subject, which.value, domain_id, refused]


def new_import(
    account_id: str, job_id: str, restricted_to: str | None, inputs: Sequence[str], rows: int, now: datetime
) -> Job:
    """The job that imports these pieces."""
    return Job(
        account_id=account_id,
        job_id=job_id,
        kind=JobKind.SUPPRESSION_IMPORT,
        domain_id=restricted_to,
        created_at=now,
        updated_at=now,
        settings={"total_rows": rows},
        counts=_NOTHING,
        status=JobStatus.PROCESSING if inputs else JobStatus.COMPLETED,
        steps=len(inputs),
    )


def import_step(
    job: Job, piece: str, *, store: SuppressionStore, addresses: AddressRules, now: datetime
) -> tuple[Job, str]:
    """Do the next step; the job as it is then, and the report of the rows that it refused.

    A step that is done again, because nobody noted it, finds its own entries and counts them as added.
    """
    step_name = f"{job.job_id}:{job.step}"
    caller = Caller(job.account_id, f"import:{job.job_id}")
    wanted: dict[EntryKey, Suppression] = {}
    where: dict[EntryKey, tuple[int, str]] = {}
    refused: list[tuple[object, ...]] = []
    unchanged, rows = 0, json.loads(piece)
    for number, text, which, domain_id, error in rows:
        try:
            key = _key(text, SuppressionList(which), domain_id, error, addresses)
        except RowRefusedError as refusal:
            refused.append((number, text, str(refusal)))
            continue
        if key in wanted:
            unchanged += 1
            continue
        entry = by_call(caller, key, identifiers.new_id(now), now)
        wanted[key] = replace(entry, provenance=replace(entry.provenance, cause=step_name))
        where[key] = (number, text)
    added = 0
    patterns = [one for one in wanted.values() if one.key.is_pattern]
    for batch in ([one for one in wanted.values() if not one.key.is_pattern], *([one] for one in patterns)):
        try:
            kept = store.add(batch, now)
        except TooManyPatternsError:
            refused.append((*where[batch[0].key], "the account has as many patterns as it may have"))
            continue
        ours = sum(one.added or one.suppression.provenance.cause == step_name for one in kept)
        added += ours
        unchanged += len(kept) - ours
    came_to = {"rows": len(rows), "added": added, "unchanged": unchanged, "refused": len(refused)}
    step = job.step + 1
    after = replace(
        job,
        step=step,
        status=JobStatus.COMPLETED if step == job.steps else job.status,
        counts={name: job.counts[name] + number for name, number in came_to.items()},
        updated_at=now,
    )
    return after, written(refused)


def _key(
    text: str, which: SuppressionList, domain_id: str | None, error: str | None, addresses: AddressRules
) -> EntryKey:
    if error is not None:
        raise RowRefusedError(error)
    if "*" in text:
        if which is not SuppressionList.BLOCKLIST:
            raise RowRefusedError("is a pattern, which only the blocklist has")
        try:
            return EntryKey(which, domain_id, Pattern.parse(text).text, is_pattern=True)
        except PatternError as refusal:
            raise RowRefusedError(f"the pattern {refusal}") from refusal
    try:
        if len(text) > LONGEST_ADDRESS:
            raise AddressError("too long")
        return EntryKey(which, domain_id, folded(addresses.parse(text).key))
    except AddressError as refusal:
        raise RowRefusedError("isn't a valid email address") from refusal
