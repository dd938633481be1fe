"""The pinned packages of the dependencies layer, as wheels made for the target, without what no function reads."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from layers.builder.target import BuildError, Target

# METADATA and the licences stay: importlib.metadata and the packages' authors need them. RECORD would be wrong after the cut.
NOT_READ_AT_RUN_TIME = (
    "bin",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "*.dist-info/WHEEL",
    "boto3/data",  # models of boto3's resource objects; only clients are used
    "boto3/examples",
)


def install(requirements: Path, target: Target, tree: Path) -> None:
    """Put the pinned wheels into `tree`, whatever machine this is, and nothing that isn't pinned."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    command += ["--target", str(tree), "--no-deps", "--no-compile", "--only-binary", ":all:"]
    command += ["--implementation", "cp", "--python-version", target.python_version]
    for platform in target.platforms():
        command += ["--platform", platform]
    command += ["--requirement", str(requirements)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        raise BuildError(f"pip can't fetch the pinned wheels for {target.name}: {_reason(outcome.stderr)}")
    for pattern in NOT_READ_AT_RUN_TIME:
        for found in tree.glob(pattern):
            shutil.rmtree(found) if found.is_dir() else found.unlink()


def _reason(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    if any("connection" in line.lower() for line in lines):
        return f"no package index answers ({errors[-1] if errors else lines[-1]})"
    return errors[-1] if errors else (lines[-1] if lines else "no reason given")
