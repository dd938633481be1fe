"""A long file goes in to its end by its job, step by step, in memory that doesn't grow with it."""

from __future__ import annotations

import csv
import io
import tracemalloc

from letterhead import identifiers
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.jobs.job import JobStatus
from letterhead.suppressions.importing import ROWS_A_STEP, new_import, pieces
from letterhead.suppressions.job_work import JobWork
from letterhead.suppressions.spreadsheet import rows
from letterhead.suppressions.suppression import Kept, SuppressionList
from tests.fakes.sending_domains import NOW


class Digests:
    """A store of suppressions that remembers of each no more than a number."""

    def __init__(self) -> None:
        self.known: set[int] = set()

    def add(self, wanted, now):
        kept = []
        for one in wanted:
            known = hash(one.key) in self.known
            self.known.add(hash(one.key))
            kept.append(Kept(one, added=not known))
        return tuple(kept)


class Jobs:
    """One job with its input; `seen` is what was noted of its progress, `reports` what each step refused."""

    def __init__(self, inputs) -> None:
        self.inputs, self.seen, self.reports = inputs, [], []

    def input(self, job):
        return self.inputs[job.step]

    def advance(self, before, after, result):
        self.seen.append(dict(after.counts))
        self.reports.append(result)


def imported(text):
    """The job at its end, what was noted on the way, and the most memory that working on it took, in bytes."""
    read = list(rows(text))
    inputs = pieces(read, SuppressionList.BLOCKLIST, None, lambda _: None)
    job = new_import("0account00accoun", identifiers.new_id(NOW), None, inputs, len(read), NOW)
    del read
    jobs = Jobs(inputs)
    work = JobWork(jobs, Digests(), MailAddresses(), lambda: NOW)
    tracemalloc.start()
    done = work.go_on(job, lambda: False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return done, jobs, peak


def file_of(number):
    """So many addresses, of every hundred one that was there before and one that is none."""
    lines = ["email"]
    for each in range(number):
        match each % 100:
            case 98:
                lines.append(f"Somebody-{each - 1:06}@Example.com")
            case 99:
                lines.append(f"nobody-{each}")
            case _:
                lines.append(f"somebody-{each:06}@example.com")
    return "\n".join(lines)


def test_every_row_is_taken_known_or_refused_in_memory_that_does_not_grow_with_the_file():
    _, _, short = imported(file_of(1_000))
    done, jobs, long = imported(file_of(4_000))

    assert done.status is JobStatus.COMPLETED
    assert done.counts == {"rows": 4_000, "added": 3_920, "unchanged": 40, "refused": 40}
    assert [each["rows"] for each in jobs.seen] == list(range(ROWS_A_STEP, 4_001, ROWS_A_STEP))
    refused = [row for report in jobs.reports for row in csv.reader(io.StringIO(report))]
    assert len(refused) == 40
    assert refused[0][1:] == ["nobody-99", "isn't a valid email address"]
    # What the test's own store remembers grows, by less than 100 octets an address.
    assert long < short + 3_000 * 100
    assert long < 4_000_000
