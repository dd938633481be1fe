"""CSV as people and other services write it, and as we do."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.suppressions import spreadsheet
from letterhead.suppressions.spreadsheet import Row, SpreadsheetError, decoded, known_list, rows, written
from letterhead.suppressions.suppression import SuppressionList

READ = [
    ("a@x.com\nb@x.com", [(1, "a@x.com"), (2, "b@x.com")]),
    ("email\na@x.com\n", [(2, "a@x.com")]),
    ("Name,E-Mail\r\nAmy,a@x.com\r\n", [(2, "a@x.com")]),
    ("name;email;list\nAmy;a@x.com;hard_bounces\n", [(2, "a@x.com", "hard_bounces")]),
    ("email\tdomain_id\na@x.com\t0d0main000000one\n", [(2, "a@x.com", None, "0d0main000000one")]),
    ('"a@x.com","a ""note"""\n', [(1, "a@x.com")]),
    ('email,note\na@x.com,"two\nlines"\nb@x.com,\n', [(2, "a@x.com"), (3, "b@x.com")]),
    ("email\n\n , \na@x.com\n\n", [(4, "a@x.com")]),
    ("email\n'+tag@x.com\n'=b@x.com\n'quoted@x.com\n", [(2, "+tag@x.com"), (3, "=b@x.com"), (4, "'quoted@x.com")]),
    ("list,email\nunsubscribes\n", [(2, "", "unsubscribes")]),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READ)
def test_rows_are_found_whatever_the_file_looks_like(text, expected):
    assert list(rows(text)) == [Row(*cells) for cells in expected]


@pytest.mark.parametrize(
    "content",
    [
        "bücher@x.com".encode(),
        b"\xef\xbb\xbf" + "bücher@x.com".encode(),
        "bücher@x.com".encode("utf-16"),
        b"\xfe\xff" + "bücher@x.com".encode("utf-16-be"),
    ],
)
def test_encodings_that_say_what_they_are_are_read(content):
    assert decoded(content) == "bücher@x.com"


@pytest.mark.parametrize("content", ["bücher@x.com".encode("latin-1"), b"\xff\xfea"])
def test_other_encodings_are_refused(content):
    with pytest.raises(SpreadsheetError, match="UTF-8"):
        decoded(content)


@pytest.mark.parametrize("text", ['"a@x.com\nb@x.com', 'a@x.com\n"b@x.com"c\n', "a" * 140_000])
def test_what_is_no_csv_says_where(text):
    with pytest.raises(SpreadsheetError, match="at line"):
        list(rows(text))


def test_a_file_has_so_many_rows_and_no_more(monkeypatch):
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 3)
    assert len(list(rows("a@x.com\n" * 3))) == 3
    with pytest.raises(SpreadsheetError, match="3 rows"):
        list(rows("a@x.com\n" * 4))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start):
    (line,) = csv.reader(io.StringIO(written([[f"{start}cmd|' /C calc'!A0", None, 7]]), newline=""))
    assert line == [f"'{start}cmd|' /C calc'!A0", "", "7"]


@given(st.lists(st.text(alphabet="ab@=+-'\",;ü.", min_size=1, max_size=20), min_size=1, max_size=5))
def test_what_is_written_is_read_back(subjects):
    text = written([["email", "list"], *([subject, "blocklist"] for subject in subjects)])
    assert [row.subject for row in rows(text)] == subjects


@pytest.mark.parametrize("which", SuppressionList)
def test_lists_are_known_by_their_names_in_paths_too(which):
    assert known_list(which.value) is known_list(f" {which.value.replace('_', '-').upper()} ") is which
    assert known_list("on-hold-list") is SuppressionList.ON_HOLD
    assert known_list("whitelist") is None
