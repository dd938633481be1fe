"""A program whose reader has read enough does its work and is quiet about the rest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.checkout import REPOSITORY

# Prints more than any buffer holds, does its work after that, and ends as it should.
WORKING = (
    "import pathlib, sys\n"
    "from local.standard_output import outlive_reader\n"
    "outlive_reader()\n"
    "print('é' * 300_000)\n"
    "print('and', file=sys.stderr)\n"
    "pathlib.Path(sys.argv[1]).write_text('done')\n"
    "print('that is all')\n"
    "sys.exit(3)\n"
)


def unread(command: list[str], *, errors_too: bool = False) -> tuple[int, str]:
    """The exit code of a program that nobody reads, and what it said on standard error."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = subprocess.run(
            [sys.executable, *command],
            cwd=REPOSITORY,
            stdout=writer,
            stderr=subprocess.STDOUT if errors_too else subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writer)
    return ran.returncode, ran.stderr or ""


@pytest.mark.parametrize("errors_too", [False, True])
def test_the_work_is_done_and_the_exit_code_is_that_of_the_work(tmp_path, errors_too):
    code, errors = unread(["-c", WORKING, str(tmp_path / "work")], errors_too=errors_too)

    assert (code, errors) == (3, "" if errors_too else "and\n")
    assert (tmp_path / "work").read_text() == "done"


def test_who_reads_gets_everything_as_it_was_written(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", WORKING, str(tmp_path / "work")],
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (3, "é" * 300_000 + "\nthat is all\n", "and\n")


def test_what_a_month_costs_is_no_error_where_nobody_reads_it():
    assert unread(["-m", "tools.cost", "100", "100"]) == (0, "")


@pytest.mark.parametrize(
    "program",
    [
        path
        for folder in ("tools", "local/diagnose")
        for path in sorted((REPOSITORY / folder).rglob("*.py"))
        if '__name__ == "__main__"' in (text := path.read_text(encoding="utf-8"))
        and ("print(" in text or "sys.stdout" in text)
    ],
    ids=lambda path: str(path.relative_to(REPOSITORY)),
)
def test_every_program_that_prints_for_people_outlives_its_reader(program: Path):
    assert re.search(
        r'if __name__ == "__main__":\n    outlive_reader\(\)\n', program.read_text(encoding="utf-8")
    )
