"""What `make audit` makes of pip-audit's words: the samples have the form of pip-audit 2.10's JSON."""

from __future__ import annotations

import json
import stat

import pytest

from tools.audit import __main__ as program
from tools.audit.vulnerabilities import AuditError, Verdict, verdict

FAULTY = {
    "name": "jinja2",
    "version": "3.1.2",
    "vulns": [
        {"id": "PYSEC-2024-1", "fix_versions": ["3.1.3"], "aliases": ["CVE-2024-22195"], "description": "x"},
        {"id": "PYSEC-2024-2", "fix_versions": [], "aliases": [], "description": "y"},
    ],
}
SOUND = {"name": "six", "version": "1.17.0", "vulns": []}
MISSED = {
    "name": "boto3",
    "skip_reason": "Dependency not found on PyPI and could not be audited: boto3 (1.2)",
}


def words(*dependencies):
    return json.dumps({"dependencies": dependencies, "fixes": []})


@pytest.mark.parametrize(
    ("output", "complaints", "expected"),
    [
        (words(SOUND), "", Verdict(asked=True)),
        (
            words(FAULTY, SOUND),
            "Found 2 known vulnerabilities in 1 package",
            Verdict(
                asked=True,
                found=(
                    "jinja2 3.1.2: PYSEC-2024-1, CVE-2024-22195, mended in 3.1.3",
                    "jinja2 3.1.2: PYSEC-2024-2, not mended yet",
                ),
            ),
        ),
        (words(SOUND, MISSED), "", Verdict(asked=True, unknown=("boto3",))),
        (words(MISSED), "No known vulnerabilities found", Verdict(asked=False, unknown=("boto3",))),
        ("", "requests.exceptions.ConnectionError: HTTPSConnectionPool(…)", Verdict(asked=False)),
        ("", "ERROR:pip_audit._cli:Could not connect to OSV's vulnerability feed", Verdict(asked=False)),
    ],
)
def test_what_is_known_is_told_and_what_nobody_was_asked_is_not_called_sound(output, complaints, expected):
    assert verdict(output, complaints) == expected


def test_a_failure_of_its_own_is_no_silence():
    with pytest.raises(AuditError, match="requirement is not pinned"):
        verdict("", "a trace\nERROR: requirement is not pinned")


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        (f"printf '%s' '{words(FAULTY)}'; exit 1", 1, "2 known vulnerabilities"),
        (f"printf '%s' '{words(SOUND)}'", 0, "no known vulnerabilities"),
        ("echo 'ConnectionError: nobody' >&2; exit 1", 0, "can't be reached from here"),
        ("echo 'ValueError: broken' >&2; exit 1", 2, ""),
    ],
)
def test_the_exit_code_says_how_it_is(tmp_path, capsys, script, code, says):
    fake = tmp_path / "pip-audit"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)

    assert program.main([str(tmp_path)]) == code
    assert says in capsys.readouterr().out
