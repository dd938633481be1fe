"""Jobs in words that all dialects share: what an import or export asks for, and how a job stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.suppression_words import read_domain_id
from letterhead.dialects.times import in_microseconds, in_seconds
from letterhead.jobs.job import KEPT, Job, JobKind, JobNotFoundError
from letterhead.suppressions.importing import REPORT_COLUMNS
from letterhead.suppressions.spreadsheet import COLUMNS, known_list, written
from letterhead.tokens.dialect import Dialect
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from letterhead.suppressions.suppression import SuppressionList

CSV = "text/csv; charset=utf-8"
JOB_PREFIX = "job"
# An answer may have 6 MB (AWS Lambda quotas); a step's piece has at most 0.4.
PIECES_AT_ONCE = 12


@value_type
class Wanted:
    """The list and the domain that an import or export names."""

    list: SuppressionList | None
    domain_id: str | None


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """What the query of an import or export asks for; raises `InvalidFieldsError`."""
    wrong: dict[str, tuple[str, ...]] = {}
    named = query.get("list") or None
    which = None if named is None else known_list(named)
    if named is not None and which is None:
        wrong["list"] = ("The selected list is invalid.",)
    domain_id = read_domain_id(query.get("domain_id"), wrong)
    if wrong:
        raise InvalidFieldsError(wrong)
    return Wanted(which, domain_id)


def read_id(text: str) -> str:
    """The job's id in a path, in whichever service's form; raises `JobNotFoundError` for what can't be one."""
    job_id = identifiers.from_any(JOB_PREFIX, text)
    if job_id is None:
        raise JobNotFoundError
    return job_id


def read_part(query: Mapping[str, str]) -> int:
    """From which piece on a result is asked for; raises `InvalidFieldsError`."""
    text = query.get("part") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise InvalidFieldsError({"part": ("The part must be a whole number between 0 and 99999.",)})
    return int(text)


def shown(job: Job, dialect: Dialect, base_url: str) -> Reply:
    """How a job stands: 200 when it is done, else 202."""
    status = 200 if job.is_done else 202
    match dialect:
        case Dialect.MAILERSEND:
            return Reply(status, {"data": _object(job, job.job_id, in_microseconds, f"{base_url}/v1")})
        case Dialect.SENDARA:
            return Reply(status, _object(job, _sendara(job.job_id), in_seconds, f"{base_url}/v1"))
        case Dialect.SENDMAILOS:
            found = _object(job, identifiers.to_uuid(job.job_id), in_seconds, f"{base_url}/api/v1")
            return Reply(status, {"success": True, "job": found})


def looked_at(job: Job, dialect: Dialect, base_url: str) -> Reply:
    """The answer to a read, which worked however far the job is."""
    found = shown(job, dialect, base_url)
    return Reply(200, found.body)


def result(job: Job, pieces: list[str], first: int, url: str) -> Reply:
    """A part of a job's result as CSV, the first one with its head; a Link header (RFC 8288) leads to the next."""
    head = COLUMNS if job.kind is JobKind.SUPPRESSION_EXPORT else REPORT_COLUMNS
    headers = {"content-disposition": f'attachment; filename="{job.kind.value}.csv"'}
    following = first + len(pieces)
    if following < job.step:
        headers["link"] = f'<{url}?part={following}>; rel="next"'
    text = "".join(pieces)
    return Reply(200, text if first else written([head]) + text, headers, CSV)


def _sendara(job_id: str) -> str:
    return identifiers.to_prefixed(JOB_PREFIX, job_id)


def _object(job: Job, job_id: str, moment: Callable[[datetime], str], base: str) -> dict[str, object]:
    total = job.settings.get("total_rows")
    return {
        "id": job_id,
        "type": job.kind.value,
        "status": job.status.value,
        "progress": {"rows": job.counts["rows"], "total_rows": total if total is not None else None},
        "added": job.counts.get("added"),
        "unchanged": job.counts.get("unchanged"),
        "refused": job.counts.get("refused"),
        "result_url": f"{base}/jobs/{job_id}/result",
        "created_at": moment(job.created_at),
        "updated_at": moment(job.updated_at),
        "expires_at": moment(job.created_at + KEPT),
    }
