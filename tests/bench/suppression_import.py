"""What a long import of suppressions costs: its job, from the file to the last step, with the store's time taken out.

The real job code writes through the real adapter; a stub answers DynamoDB's calls at once.
`python -m tests.bench.suppression_import [rows]` (or `make bench-import`); 100,000 rows unless told.
"""

from __future__ import annotations

import json
import os
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from typing import Any

from botocore.awsrequest import AWSResponse

from letterhead import identifiers
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.jobs.job import Job
from letterhead.suppressions.importing import new_import, pieces
from letterhead.suppressions.job_work import JobWork
from letterhead.suppressions.spreadsheet import decoded, rows
from letterhead.suppressions.suppression import SuppressionList
from tests.bench.events import Raw

LARGEST = (
    200_000_000  # octets: the functions that take files in and work on them have more than twice as much
)
_ANSWERS: dict[str, Any] = {
    "BatchGetItem": {"Responses": {"suppressions": []}, "UnprocessedKeys": {}},
    "DescribeTable": {},
    "TransactWriteItems": {},
}


class Jobs:
    """One job's input, and how many calls its steps have made."""

    def __init__(self, inputs: list[str]) -> None:
        self._inputs = inputs
        self.steps = 0

    def input(self, job: Job) -> str:
        """The piece for the next step."""
        return self._inputs[job.step]

    def advance(self, _before: Job, _after: Job, _result: str) -> None:
        """Count the step."""
        self.steps += 1


def answer(request: Any, **_: Any) -> AWSResponse:
    """What DynamoDB would say, at once."""
    operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
    headers = {"content-type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, 200, headers, Raw(json.dumps(_ANSWERS[operation]).encode()))


def main(number: int) -> int:
    """Import so many rows and tell."""
    os.environ |= {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    connection().client.meta.events.register("before-send.dynamodb", answer)
    now = datetime.now(UTC)
    content = ("email\n" + "\n".join(f"somebody-{each:06}@example.com" for each in range(number))).encode()
    if "--memory" in sys.argv:
        tracemalloc.start()
    started = time.process_time()
    read = list(rows(decoded(content)))
    inputs = pieces(read, SuppressionList.BLOCKLIST, None, lambda _: None)
    taken = time.process_time() - started
    job = new_import("0account00accoun", identifiers.new_id(now), None, inputs, len(read), now)
    del read
    jobs = Jobs(inputs)
    store = SuppressionTable("suppressions", OutboxTable("outbox"))
    started = time.process_time()
    done = JobWork(jobs, store, MailAddresses(), lambda: now).go_on(job, lambda: False)
    worked = time.process_time() - started
    print(f"{number} rows: taken in {taken:.1f} s of CPU, worked on in {worked:.1f} s by {jobs.steps} steps")
    print(f"{number / worked:.0f} rows a second; {dict(done.counts)}")
    if "--memory" in sys.argv:
        peak = tracemalloc.get_traced_memory()[1]
        print(f"at most {peak / 1e6:.0f} MB of Python's memory at once")
        return int(peak > LARGEST)
    return 0


if __name__ == "__main__":
    sys.exit(main(next((int(each) for each in sys.argv[1:] if each.isdigit()), 100_000)))
