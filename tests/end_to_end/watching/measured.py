"""What CloudWatch would have of the local cloud, taken from where it comes from: queues, calls of functions, log lines, the API.

The emulator publishes metrics of functions alone. Queues are asked themselves; the template's metric filters are applied to what
the functions have logged; the API's faults are those that its callers got; the account's rates are of the mails that left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from tests.end_to_end.conftest import Answer, LocalCloud
from tests.fakes.alarms import Datum, Metric, field_of, matches, metric_of, rings


@dataclass
class Watch:
    """One watch over the local cloud, from a moment on."""

    cloud: LocalCloud
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    extra: list[Datum] = field(default_factory=list)

    @property
    def physical(self) -> Mapping[str, str]:
        """The stack's resources, physical by logical id."""
        return self.cloud.physical

    @cached_property
    def alarms(self) -> Mapping[str, Mapping[str, Any]]:
        """The alarms as they are deployed, by logical id."""
        found = self.cloud.aws("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
        by_name = {each["AlarmName"]: each for each in found}
        return {name: by_name[here] for name, here in self.physical.items() if here in by_name}

    def answered(self, answer: Answer) -> Answer:
        """Note what the API's metric says of an answer."""
        if answer.status >= 500:
            api = Metric("AWS/ApiGateway", "5xx", frozenset({("ApiId", self.physical["HttpApi"])}))
            self.extra.append(Datum(api, datetime.now(UTC), 1.0))
        return answer

    def left(self, *, mails: int, bounces: int = 0, complaints: int = 0) -> None:
        """Note the rates that SES makes of the mails that left and of what it said of them."""
        for name, number in (("Bounce", bounces), ("Complaint", complaints)):
            metric = Metric("AWS/SES", f"Reputation.{name}Rate")
            self.extra.append(Datum(metric, datetime.now(UTC), number / mails))

    def ringing(self, *, later: timedelta = timedelta(), again_after: timedelta | None = None) -> set[str]:
        """The alarms that ring now, or would `later` if nothing else came; `again_after` lets the log lines come twice."""
        data = list(self.data())
        if again_after is not None:
            data += [Datum(each.metric, each.at - again_after, each.value) for each in data]
        now = datetime.now(UTC) + later
        if later:
            data = [*(each for each in data if not _of_a_queue(each)), *self._queues(now)]
        return {name for name, alarm in self.alarms.items() if rings(alarm, data, now)}

    def data(self) -> Iterator[Datum]:
        """All that there is since the watch began."""
        yield from self.extra
        yield from self._queues(datetime.now(UTC))
        yield from self._functions()
        yield from self._logs()

    def _queues(self, now: datetime) -> Iterator[Datum]:
        sqs = self.cloud.aws("sqs")
        urls = {url.rpartition("/")[2]: url for url in self.physical.values() if "/" in url and "http" in url}
        for alarm in self.alarms.values():
            metric = metric_of(alarm)
            if metric.namespace != "AWS/SQS":
                continue
            ((_, queue),) = metric.dimensions
            if metric.name == "ApproximateNumberOfMessagesVisible":
                name = "ApproximateNumberOfMessages"
                found = sqs.get_queue_attributes(QueueUrl=urls[queue], AttributeNames=[name])
                yield Datum(metric, now, float(found["Attributes"][name]))
            else:
                assert metric.name == "ApproximateAgeOfOldestMessage"
                given = {"VisibilityTimeout": 0, "MessageSystemAttributeNames": ["SentTimestamp"]}
                found = sqs.receive_message(QueueUrl=urls[queue], MaxNumberOfMessages=10, **given)
                sent = [int(each["Attributes"]["SentTimestamp"]) / 1000 for each in found.get("Messages", [])]
                yield Datum(metric, now, max((now.timestamp() - each for each in sent), default=0.0))

    def _functions(self) -> Iterator[Datum]:
        """Lambda's metrics: of one function, and, where an alarm names none, of all together."""
        functions = [here for name, here in self.physical.items() if name.endswith("Function")]
        asked: list[tuple[Metric, str]] = []
        for metric in map(metric_of, self.alarms.values()):
            if metric.namespace == "AWS/Lambda":
                named = [value for _, value in metric.dimensions]
                asked += [(metric, function) for function in named or functions]
        queries = [
            {
                "Id": f"m{number}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": metric.namespace,
                        "MetricName": metric.name,
                        "Dimensions": [{"Name": "FunctionName", "Value": function}],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
            for number, (metric, function) in enumerate(asked)
        ]
        found = self.cloud.aws("cloudwatch").get_metric_data(
            MetricDataQueries=queries,
            StartTime=self.since,
            EndTime=datetime.now(UTC) + timedelta(minutes=1),
        )
        for result in found["MetricDataResults"]:
            metric, _ = asked[int(result["Id"][1:])]
            for at, value in zip(result["Timestamps"], result["Values"], strict=True):
                yield Datum(metric, max(at, self.since), value)

    def _logs(self) -> Iterator[Datum]:
        logs = self.cloud.aws("logs")
        group = self.physical["FunctionLogs"]
        filters = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
        for line, at in self.lines():
            for each in filters:
                if not matches(each["filterPattern"], line):
                    continue
                (told,) = each["metricTransformations"]
                value = told["metricValue"]
                number = field_of(line, value.removeprefix("$.")) if value.startswith("$.") else float(value)
                yield Datum(Metric(told["metricNamespace"], told["metricName"]), at, float(number))

    def lines(self) -> Iterator[tuple[str, datetime]]:
        """What the functions have logged since the watch began, platform's lines and all."""
        pages = self.cloud.aws("logs").get_paginator("filter_log_events")
        start = int(self.since.timestamp() * 1000)
        for page in pages.paginate(logGroupName=self.physical["FunctionLogs"], startTime=start):
            for event in page["events"]:
                yield (
                    as_lambda_writes(event["message"]),
                    datetime.fromtimestamp(event["timestamp"] / 1000, UTC),
                )


def as_lambda_writes(line: str) -> str:
    """An exception that nobody caught begins "[ERROR]" on Lambda (developer guide, "Python function logging"), but not here."""
    return f"[ERROR] {line}" if line.startswith("Traceback (most recent call last):") else line


def _of_a_queue(datum: Datum) -> bool:
    return datum.metric.namespace == "AWS/SQS"
