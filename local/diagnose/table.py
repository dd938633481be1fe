"""The result of a diagnosis for a person: a table with ticks, and under each row what is wrong and what to do."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from letterhead.domains.diagnosis.finding import Finding
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.domains.verification import RecordVerdict, Verification
from local.terminal import Terminal

_LABELS = {
    RecordPurpose.DKIM_1: "DKIM 1",
    RecordPurpose.DKIM_2: "DKIM 2",
    RecordPurpose.DKIM_3: "DKIM 3",
    RecordPurpose.MAIL_FROM_MX: "MAIL FROM (MX)",
    RecordPurpose.MAIL_FROM_SPF: "MAIL FROM (SPF)",
    RecordPurpose.DMARC: "DMARC",
}
_TICKS = {
    RecordStatus.VERIFIED: ("✓", "green"),
    RecordStatus.PENDING: ("…", "yellow"),
    RecordStatus.FAILED: ("✗", "red"),
}
_NARROWEST, _WIDEST = 60, 110


def lines(verification: Verification, terminal: Terminal, width: int) -> Iterator[str]:
    """The table, line by line. What DNS said is stripped of anything that would steer the terminal."""
    width = min(max(width, _NARROWEST), _WIDEST)
    rows = verification.rows
    labels = max((len(_LABELS[row.record.purpose]) for row in rows), default=0)
    for row in rows:
        tick, colour = _TICKS[row.status]
        label = _LABELS[row.record.purpose].ljust(labels)
        yield f"{terminal.paint(tick, colour)} {label}  {row.record.type.value:<5}  {row.record.name}"
        for finding in row.findings:
            yield from _finding(finding, terminal, width)
    yield ""
    yield _sum(rows, terminal)


def printable(text: str) -> str:
    """The text without control characters, each shown as its escape."""
    return re.sub(
        r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", lambda found: f"\\x{ord(found[0]):02x}", text
    )


def _finding(finding: Finding, terminal: Terminal, width: int) -> Iterator[str]:
    heading = terminal.paint(finding.code.value, "red" if finding.blocking else "yellow")
    yield f"    {heading}" + ("" if finding.blocking else " (a note)")
    yield from _wrapped(finding.message, "      ", width)
    if finding.found is not None:
        yield from _wrapped(finding.found, "      found: ", width)
    if finding.fix is not None:
        yield from _wrapped(finding.fix.sentence, "      → ", width)


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(
        printable(text),
        width,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sum(rows: tuple[RecordVerdict, ...], terminal: Terminal) -> str:
    right = sum(row.status is RecordStatus.VERIFIED for row in rows)
    text = f"{right} of {len(rows)} records are right."
    return terminal.paint(text, "green" if right == len(rows) else "bold")
