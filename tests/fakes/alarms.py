"""CloudWatch's judgement of an alarm: the statistic of each of its last periods, how many breach, what silence counts as.

CloudWatch user guide, "Using Amazon CloudWatch alarms": an alarm rings when `DatapointsToAlarm` (all, where it isn't set) of the
last `EvaluationPeriods` periods breach; `TreatMissingData` says what a period without data counts as. The emulator's own
judgement leaves out dimensions, periods and silence.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
STATISTICS: Mapping[str, Callable[[list[float]], float]] = {"Sum": sum, "Maximum": max, "Minimum": min}
OF_JSON = re.compile(r'^\{ \$\.(?P<key>\w+) (?P<sign>=|>=|>) (?P<value>"[^"]*"|[0-9.]+) \}$')
WORDS = re.compile(r'\?"([^"]+)"')
SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {"=": operator.eq, ">=": operator.ge, ">": operator.gt}


@dataclass(frozen=True)
class Metric:
    """What a value is of."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Datum:
    """One value of a metric at a moment."""

    metric: Metric
    at: datetime
    value: float


def metric_of(alarm: Mapping[str, Any]) -> Metric:
    """The metric that an alarm watches, as `DescribeAlarms` shows it."""
    dimensions = frozenset((each["Name"], each["Value"]) for each in alarm.get("Dimensions", []))
    return Metric(alarm["Namespace"], alarm["MetricName"], dimensions)


def rings(alarm: Mapping[str, Any], data: Iterable[Datum], now: datetime) -> bool:
    """Whether an alarm, as `DescribeAlarms` shows it, is in ALARM with these data."""
    metric, length = metric_of(alarm), timedelta(seconds=alarm["Period"])
    values: list[list[float]] = [[] for _ in range(alarm["EvaluationPeriods"])]
    for datum in data:
        period = (now - datum.at) // length
        if datum.metric == metric and 0 <= period < len(values):
            values[period].append(datum.value)
    breaches = COMPARISONS[alarm["ComparisonOperator"]]
    of_period = STATISTICS[alarm["Statistic"]]
    silence = {"breaching": True, "notBreaching": False}[alarm["TreatMissingData"]]
    breaching = sum(
        breaches(of_period(each), float(alarm["Threshold"])) if each else silence for each in values
    )
    return breaching >= alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])


def matches(pattern: str, line: str) -> bool:
    """Whether a metric filter's pattern meets a log line: `{ $.key sign value }`, or any of some words.

    CloudWatch Logs user guide, "Filter pattern syntax".
    """
    if found := OF_JSON.match(pattern):
        value = field_of(line, found["key"])
        wanted = json.loads(found["value"])
        return isinstance(value, type(wanted) | int | float) and SIGNS[found["sign"]](value, wanted)
    words = WORDS.findall(pattern)
    assert " ".join(f'?"{word}"' for word in words) == pattern, f"a pattern that isn't understood: {pattern}"
    return any(word in line for word in words)


def field_of(line: str, key: str) -> Any:
    """A field of a line that is JSON; None of any other line."""
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed.get(key) if isinstance(parsed, dict) else None
