"""`python -m tools.doctor [--json]`: what is wrong, with the fix for each.

It looks at the local cloud of this folder, or, with the variable STACK set, at the stack of that name in the AWS account of
whoever runs it, there already or not. Exit code 0 when there is no cross, 1 when there is one, 2 when nothing can be looked at.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TextIO

from local.checkout import Checkout, cloud_of
from local.standard_output import outlive_reader
from tools.doctor.deployment import deployment
from tools.doctor.examination import examine
from tools.doctor.finding import Finding, Mark
from tools.doctor.patient import Patient

SIGNS = {Mark.TICK: "✓", Mark.CROSS: "✗", Mark.UNKNOWN: "?"}
NOTHING_TO_LOOK_AT = 2


def main(arguments: Sequence[str], environment: Mapping[str, str], checkout: Checkout, output: TextIO) -> int:
    """Look, print, and say by the exit code how it is."""
    found = deployment(environment, checkout)
    if found is None:
        text = "letterhead: the local cloud isn't up: `make up` starts it, STACK=… names a stack in AWS"
        print(text, file=sys.stderr)
        return NOTHING_TO_LOOK_AT
    stack_name, client = found
    findings = examine(Patient(client, stack_name, lambda: datetime.now(UTC), time.sleep))
    if "--json" in arguments:
        kept = list(findings)
        json.dump([asdict(each) for each in kept], output, indent=2)
        output.write("\n")
    else:
        kept = list(_told(findings, output.write))
    if all(each.mark is Mark.UNKNOWN for each in kept):
        return NOTHING_TO_LOOK_AT
    return 1 if any(each.mark is Mark.CROSS for each in kept) else 0


def _told(findings: Iterable[Finding], write: Callable[[str], object]) -> Iterable[Finding]:
    for each in findings:
        write(f"{SIGNS[each.mark]} {each.says}\n")
        if each.fix and each.mark is not Mark.TICK:
            write(f"    → {each.fix}\n")
        yield each


if __name__ == "__main__":
    outlive_reader()
    sys.exit(main(sys.argv[1:], os.environ, Checkout(cloud=cloud_of(os.environ)), sys.stdout))
