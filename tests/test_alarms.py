"""What CloudWatch makes of the template's alarms: at the threshold, beyond it, in silence, and of the log lines behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.alarms import Datum, matches, metric_of, rings
from tests.fakes.source_template import resources

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
ALARMS = resources("AWS::CloudWatch::Alarm")
FAILURES, REFUSALS, FAULTS, UNREADABLE = (
    resources("AWS::Logs::MetricFilter")[name]["FilterPattern"]
    for name in ("FunctionFailures", "ProviderRefusals", "RequestFaults", "UnreadableItems")
)


def described(name: str) -> dict[str, Any]:
    """An alarm as `DescribeAlarms` would show it, its references left as they stand."""
    alarm = ALARMS[name] | {"Namespace": str(ALARMS[name]["Namespace"])}
    dimensions = [each | {"Value": str(each["Value"])} for each in alarm.get("Dimensions", [])]
    return alarm | {"Dimensions": dimensions}


def data(alarm: dict[str, Any], value: float, periods: int) -> list[Datum]:
    length = timedelta(seconds=alarm["Period"])
    return [Datum(metric_of(alarm), NOW - length * (number + 0.5), value) for number in range(periods)]


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_rings_beyond_its_threshold_and_not_at_it(name):
    alarm = described(name)
    needed = alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])
    beyond = -1 if alarm["ComparisonOperator"] == "LessThanThreshold" else alarm["Threshold"] + 0.0001
    at = data(alarm, alarm["Threshold"], alarm["EvaluationPeriods"])

    assert not rings(alarm, at, NOW)
    assert rings(alarm, data(alarm, beyond, needed), NOW)
    assert rings(alarm, data(alarm, beyond, needed - 1), NOW) is (alarm["TreatMissingData"] == "breaching")
    assert rings(alarm, [], NOW) is name.endswith("NotRunAlarm")


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_what_is_another_ones_or_over_rings_nothing(name):
    alarm = described(name)
    others = described("SweepFailingAlarm" if name != "SweepFailingAlarm" else "BounceRateAlarm")
    many = data(others, 10_000, others["EvaluationPeriods"])
    assert rings(alarm, many, NOW) is name.endswith("NotRunAlarm")
    length = timedelta(seconds=alarm["Period"])
    over = [Datum(metric_of(alarm), NOW - length * alarm["EvaluationPeriods"] - length, 10_000)]
    assert rings(alarm, over, NOW) is name.endswith("NotRunAlarm")


@pytest.mark.parametrize(
    ("pattern", "line", "met"),
    [
        (FAILURES, "[ERROR] KeyError: 'x'\rTraceback (most recent call last):", True),
        (FAILURES, "2026-06-14T09:00:00Z 1 Task timed out after 29.00 seconds", True),
        (FAILURES, "RequestId: 1 Error: Runtime exited with error: signal: killed", True),
        (FAILURES, '{"level":"ERROR","message":"request failed"}', False),
        (REFUSALS, '{"message":"request failed","kind":"provider_refused"}', True),
        (REFUSALS, '{"message":"request","kind":"not_found"}', False),
        (FAULTS, '{"message":"request failed","status":503}', True),
        (FAULTS, '{"message":"request","status":499}', False),
        (FAULTS, '{"message":"delivered","status":"500"}', False),
        (UNREADABLE, '{"message":"metric","what":"domain","Unreadable":1}', True),
        (UNREADABLE, '{"message":"swept","unreadable":1}', False),
        (UNREADABLE, "END RequestId: 1", False),
    ],
)
def test_a_metric_filter_meets_the_lines_that_it_is_there_for(pattern, line, met):
    assert matches(pattern, line) is met
