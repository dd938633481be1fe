"""`python -m tools.audit TOOLS`: known vulnerabilities of what is pinned. With a bill of materials too: docs/licences.md anew.

TOOLS is the folder of pip-audit's programs. Exit code 0 when nothing is known, or when nobody could be asked, which it says; 1
when something is known; 2 when pip-audit itself failed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local.checkout import REPOSITORY
from local.standard_output import outlive_reader
from tools.audit.licences import page
from tools.audit.vulnerabilities import AuditError, Verdict, verdict

PINS = ("layers/dependencies/requirements.txt", "requirements-dev.txt")
PAGE = REPOSITORY / "docs" / "licences.md"
SECONDS = 300
BROKEN = 2


def main(arguments: Sequence[str]) -> int:
    """Ask about every file of pins, print, and say by the exit code how it is."""
    tools, *materials = arguments
    if materials:
        components = json.loads(Path(materials[0]).read_text(encoding="utf-8"))["components"]
        PAGE.write_text(page(components), encoding="utf-8")
        return 0
    worst = 0
    for pins in PINS:
        try:
            found = asked(Path(tools) / "pip-audit", REPOSITORY / pins)
        except AuditError as error:
            print(f"{pins}: pip-audit failed: {error}", file=sys.stderr)
            return BROKEN
        print(told(pins, found))
        worst = max(worst, 1 if found.found else 0)
    return worst


def asked(program: Path, pins: Path) -> Verdict:
    """What OSV knows of these pins, through pip-audit, which resolves and installs nothing here."""
    command = [program, "--requirement", pins, "--no-deps", "--disable-pip", "--vulnerability-service", "osv"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "20"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return Verdict(asked=False)
    return verdict(done.stdout, done.stderr)


def told(pins: str, found: Verdict) -> str:
    """Some lines for people."""
    if not found.asked:
        return f"{pins}: not looked at, the vulnerability service (OSV) can't be reached from here"
    lines = [f"  {each}" for each in found.found]
    if found.unknown:
        lines.append(f"  unknown to the service: {', '.join(found.unknown)}")
    number = len(found.found)
    return "\n".join([f"{pins}: {number or 'no'} known vulnerabilit{'y' if number == 1 else 'ies'}", *lines])


if __name__ == "__main__":
    outlive_reader()
    sys.exit(main(sys.argv[1:]))
