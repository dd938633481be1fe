"""Imports, exports and jobs, which every dialect has alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.problem import InvalidFieldsError
from letterhead.jobs.job import JobKind, JobNotFoundError, JobStatus
from letterhead.suppressions.suppression import SuppressionList
from tools.openapi import suppressions as shared
from tools.openapi.domains import NEXT_LINK
from tools.openapi.operation import Answer, Operation, Parameter, Place
from tools.openapi.schema import Schema, nullable, number, one_of, resource, text

if TYPE_CHECKING:
    from collections.abc import Callable

_TAG = "Jobs"
TAG = {
    _TAG: "Imports and exports of suppressions. What is small is done when the answer comes; the rest goes on as a job."
}
_CSV = {"text/csv": text("Comma-separated values (RFC 4180).")}
_FILE_NAME = {
    "content-disposition": text("The file's name.", example='attachment; filename="suppression_export.csv"')
}


def path_parameter(form: Schema) -> dict[str, Parameter]:
    """The parameter of a job's path."""
    return {"job": Parameter("job", Place.PATH, form, "The job's id.")}


def schemas(moment: Callable[[str], Schema], job_id: Schema) -> dict[str, Schema]:
    """The job as a named schema."""
    counted = nullable(number(least=0))
    return {
        "Job": resource(
            {
                "id": job_id,
                "type": one_of(JobKind),
                "status": one_of(JobStatus),
                "progress": resource({"rows": number(least=0), "total_rows": counted}),
                "added": counted,
                "unchanged": counted,
                "refused": counted,
                "result_url": text(form="uri"),
                "created_at": moment(""),
                "updated_at": moment(""),
                "expires_at": moment("When the job and its result are forgotten."),
            },
            "An import or an export and how far it is.",
        )
    }


def operations(base: str, envelope: Schema) -> dict[tuple[str, str], Operation]:
    """The four calls."""
    which = Parameter("list", Place.QUERY, one_of(SuppressionList), "One list.")
    asked = (which, shared.DOMAIN)
    return {
        ("POST", f"{base}/suppressions/import"): Operation(
            "importSuppressions",
            _TAG,
            "Import suppressions",
            "A CSV file: a column `email` (or `recipient`, `address`, `pattern`; the first column where there is no head), and "
            "where they are there `list` and `domain_id`, which go before the query's. Without a list it is the blocklist's. "
            "Up to 6 MB; UTF-8, or UTF-16 with a byte order mark.",
            Answer(200, "Done.", envelope),
            also=(Answer(202, "A job that goes on.", envelope),),
            parameters=asked,
            refusals=(InvalidFieldsError,),
        ),
        ("POST", f"{base}/suppressions/export"): Operation(
            "exportSuppressions",
            _TAG,
            "Export suppressions",
            "All lists or one, of one domain or of all that the token sees. A cell that a spreadsheet would take for a formula "
            "has an apostrophe in front.",
            Answer(200, "Done.", envelope),
            also=(Answer(202, "A job that goes on.", envelope),),
            parameters=asked,
            refusals=(InvalidFieldsError,),
        ),
        ("GET", f"{base}/jobs/{{job}}"): Operation(
            "showJob",
            _TAG,
            "Show a job",
            "How far it is.",
            Answer(200, "The job.", envelope),
            refusals=(JobNotFoundError,),
        ),
        ("GET", f"{base}/jobs/{{job}}/result"): Operation(
            "showJobResult",
            _TAG,
            "Show what a job made",
            "An export's rows, or the rows that an import refused and why; of a job that goes on what there is so far.",
            Answer(200, "A file.", files=_CSV, headers={**_FILE_NAME, **NEXT_LINK}),
            parameters=(
                Parameter("part", Place.QUERY, number(least=0, most=99_999), "From the Link header."),
            ),
            refusals=(JobNotFoundError, InvalidFieldsError),
        ),
    }
