"""What pip-audit says of our pins, read from its JSON.

A package that the service did not know is none without faults: pip-audit itself says "No known vulnerabilities found" when
every question of it was a miss, so a run that looked nothing up counts as one that couldn't ask.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

UNREACHABLE = re.compile(
    r"ConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|ProxyError|Could not connect|Timeout"
)
"""What stands at the end of pip-audit's words when nobody answered."""


@dataclass(frozen=True)
class Verdict:
    """`asked`: was the service reached? `found`: a line for each vulnerability. `unknown`: the packages that it didn't know."""

    asked: bool
    found: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class AuditError(Exception):
    """pip-audit ended for a reason of its own; its last word is the message."""


def verdict(output: str, complaints: str) -> Verdict:
    """Read pip-audit's JSON, or from its complaints why there is none."""
    try:
        dependencies = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (complaints.strip().splitlines() or ["no word"])[-1]
        if UNREACHABLE.search(last):
            return Verdict(asked=False)
        raise AuditError(last) from None
    unknown = tuple(each["name"] for each in dependencies if "skip_reason" in each)
    found = tuple(
        f"{each['name']} {each['version']}: {', '.join([fault['id'], *fault['aliases']])},"
        f" {'mended in ' + ', '.join(fault['fix_versions']) if fault['fix_versions'] else 'not mended yet'}"
        for each in dependencies
        for fault in each.get("vulns", ())
    )
    return Verdict(asked=len(unknown) < len(dependencies), found=found, unknown=unknown)
