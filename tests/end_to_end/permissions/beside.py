"""The sample of permissions beside the other tests, in a pytest and a local cloud of its own.

Who takes a permission away must be alone in a cloud: whatever else runs there would miss it too.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from local.checkout import REPOSITORY

SAMPLED = "tests/end_to_end/test_every_function.py"
"""A sample is of what these tests need, for they are quick and look at the effect of each call."""


def begin() -> subprocess.Popen[str]:
    """Run them, and take away for half a minute what they need."""
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", SAMPLED],
        cwd=REPOSITORY,
        env=os.environ | {"PERMISSIONS": "sample"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(session: pytest.Session, sample: subprocess.Popen[str]) -> None:
    """Wait for it, say what it said, and fail with it."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    reporter.ensure_newline()
    reporter.section("permissions")
    reporter.write(sample.communicate()[0])
    if sample.returncode:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
