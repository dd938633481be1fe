"""Suppressions as CSV (RFC 4180): reading what people and other services export, writing what no spreadsheet runs.

A cell that begins like a formula gets an apostrophe in front when it is written (OWASP, "CSV Injection"), and loses it when it is
read, so that an export can be imported.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from letterhead.suppressions.suppression import SuppressionList
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_ROWS = 250_000
LONGEST_CELL = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SUBJECT_NAMES = frozenset({"email", "e-mail", "email address", "recipient", "address", "pattern"})
_DELIMITERS = ",;\t"
COLUMNS = ("email", "list", "domain_id", "reason", "created_at", "expires_at", "note")


class SpreadsheetError(ValueError):
    """The text can't be read as CSV; the message says why and where."""


@value_type
class Row:
    """One row: its number as a person counts them, the address or pattern, and the list and domain that it names."""

    number: int
    subject: str
    list: str | None = None
    domain_id: str | None = None


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8, with a byte order mark or without, or UTF-16 with one. Raises `SpreadsheetError`."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SpreadsheetError("must be UTF-8 text, or UTF-16 with a byte order mark") from error


def rows(text: str) -> Iterator[Row]:
    """The rows, one by one; empty ones are left out. Raises `SpreadsheetError`.

    A first row with a known column's name says what is where; without one the address is what comes first. Commas, semicolons
    and tabs are told apart by the first line.
    """
    first_line = text[: text.find("\n") + 1 or None]
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    places = {"subject": 0}
    count = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number == 1 and (found := _places(cells)):
                places = found
                continue
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > MOST_ROWS:
                raise SpreadsheetError(f"may not have more than {MOST_ROWS} rows")
            yield Row(
                number,
                _cell(cells, places.get("subject")) or "",
                _cell(cells, places.get("list")),
                _cell(cells, places.get("domain_id")),
            )
    except csv.Error as error:
        raise SpreadsheetError(f"isn't valid CSV at line {reader.line_num}: {error}") from error


def _places(cells: Sequence[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in cells]
    subject = next((place for place, name in enumerate(names) if name in _SUBJECT_NAMES), None)
    if subject is None:
        return {}
    return {
        "subject": subject,
        **{name: names.index(name) for name in ("list", "domain_id") if name in names},
    }


def _cell(cells: Sequence[str], place: int | None) -> str | None:
    if place is None or place >= len(cells):
        return None
    text = cells[place].strip()
    if text.startswith("'") and _runs(text):
        text = text[1:]
    return text[: LONGEST_CELL + 1] or None


def known_list(text: str) -> SuppressionList | None:
    """The list that a cell names, in whichever service's words, or None."""
    try:
        return SuppressionList(text.strip().lower().replace("-", "_").removesuffix("_list"))
    except ValueError:
        return None


def written(table: Sequence[Sequence[object]]) -> str:
    """Rows as CSV, with CRLF (RFC 4180 section 2), no cell of which a spreadsheet takes for a formula."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_harmless(cell) for cell in row] for row in table])
    return out.getvalue()


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if _runs(text) else text


def _runs(text: str) -> bool:
    """Whether a spreadsheet takes a cell for a formula, or would without the apostrophes in front."""
    return text.lstrip("'").startswith(_FORMULA)
