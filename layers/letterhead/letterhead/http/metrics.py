"""What is counted beside requests, as log lines that CloudWatch takes metrics out of (embedded metric format): it costs no call.

A line has one value of one dimension, for that is what the format can say; nothing in it is anybody's.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_lambda_powertools import Logger

    from letterhead.domains.check import Checked

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Metrics:
    """Writes where the logger's lines go, whatever its level. `namespace` is the deployment's own."""

    def __init__(self, logger: Logger, namespace: str) -> None:
        self._output = logger.registered_handler
        self._service = logger.service
        self._namespace = namespace

    def count(self, name: str, dimension: str, numbers: Mapping[str, int]) -> None:
        """So many of each; what there is none of isn't written."""
        for value, number in numbers.items():
            if number:
                self._write(name, "Count", dimension, value, number)

    def took(self, name: str, dimension: str, value: str, seconds: float) -> None:
        """How long something took, in milliseconds."""
        self._write(name, "Milliseconds", dimension, value, round(seconds * 1000, 1))

    def checked(self, checks: Iterable[Checked]) -> None:
        """The verdicts of checks of domains, and what they found, by code."""
        verdicts: Counter[str] = Counter()
        findings: Counter[str] = Counter()
        for check in checks:
            statuses = {row.status.value for row in check.verification.rows}
            verdicts[next((each for each in ("failed", "pending") if each in statuses), "verified")] += 1
            findings.update(found.code.value for row in check.verification.rows for found in row.findings)
        self.count("Verifications", "verdict", verdicts)
        self.count("Findings", "code", findings)

    def passed_over(self, *, domain: int = 0, identity: int = 0) -> None:
        """Items that were passed over because they can't be read: somebody must look at them, and an alarm says so."""
        self.count("Unreadable", "what", {"domain": domain, "identity": identity})

    def _write(self, name: str, unit: str, dimension: str, value: str, number: float) -> None:
        now = datetime.now(UTC)
        directive = {
            "Namespace": self._namespace,
            "Dimensions": [[dimension]],
            "Metrics": [{"Name": name, "Unit": unit}],
        }
        line = {
            "level": "INFO",
            "message": "metric",
            "timestamp": f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03d}+0000",
            "service": self._service,
            dimension: value,
            name: number,
            "_aws": {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [directive]},
        }
        stream = self._output.stream  # type: ignore[attr-defined]
        stream.write(_encode(line) + "\n")
        stream.flush()


class CheckTally:
    """The checks of one batch, counted together: a domain of many costs no lines of its own."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._checks: list[Checked] = []

    def note(self, check: Checked) -> None:
        """Remember a check."""
        self._checks.append(check)

    def write(self) -> None:
        """Count what has been remembered, and forget it."""
        checks, self._checks = self._checks, []
        self._metrics.checked(checks)
