"""Units times prices. Prices are AWS's list prices in the file's region at its date, without any free tier."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from local.checkout import REPOSITORY
from local.source_template import TagIgnoringLoader
from tools.cost import series

HERE = Path(__file__).parent
RESULTS = REPOSITORY / "bench" / "results.json"
_COUNTED = {"RRU": "read_unit", "WRU": "write_unit"}
KB_OF_GB = 1 / (1024 * 1024)
MILLION = 1_000_000
MINUTES_A_MONTH = 30 * 24 * 60
POLLS_A_MINUTE = 5 * 3
"""Lambda asks an idle queue by five long polls of twenty seconds each (Lambda developer guide, "Using Lambda with SQS")."""
CHECKS_A_MONTH = 4 * 30
"""A verified domain is looked at every six hours."""
NOTHING_DUE = "nothing due, "
"""What the names of operations begin with that a schedule calls for nothing; a function's folder follows."""
DOMAIN_KB = 12
"""A domain with its checks, claims and identities, indexes included."""

Units = Mapping[str, float]
Prices = Mapping[str, Any]


@dataclass(frozen=True)
class Idle:
    """What costs by the month whether anything happens or not, in dollars."""

    alarms: float
    secrets: float
    keys: float
    dashboards: float
    polls: float
    schedules: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.alarms + self.secrets + self.keys + self.dashboards + self.polls + self.schedules


def prices() -> Prices:
    """The price file."""
    found: Prices = json.loads((HERE / "prices.json").read_text(encoding="utf-8"))
    return found


def units() -> Mapping[str, Units]:
    """The units of each operation: the tables' as they were `counted`, the others as units.json assumes them."""
    found: Mapping[str, Units] = json.loads((HERE / "units.json").read_text(encoding="utf-8"))
    return found


def counted(results: Path = RESULTS) -> Mapping[str, Units]:
    """The request units of the operations that the benches have counted (`tests/bench/units.py`), rounded up to a tenth."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in json.loads(results.read_text(encoding="utf-8"))["results"]:
        if row["bench"] == "units":
            found[row["case"]][_COUNTED[row["unit"]]] = math.ceil(round(row["figure"] * 10, 6)) / 10
    return found


def take_over(found: Mapping[str, Units]) -> None:
    """Write counted units into units.json, in place of what stood there for them."""
    lines = [
        f"  {json.dumps(name)}: {json.dumps(dict(operation) | dict(found.get(name, {})))}"
        for name, operation in units().items()
    ]
    (HERE / "units.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def of_operation(operation: Units, price: Prices) -> float:
    """What one costs, in dollars."""
    total = 0.0
    for unit, count in operation.items():
        each = price["log_gb"] * KB_OF_GB if unit == "log_kb" else price[unit]
        total += count * each
    return total


def idle(template: Path, price: Prices) -> Idle:
    """What the template's resources cost by the month when nothing happens.

    Tables cost nothing then, but queues are asked all the same, and schedules call functions that look whether anything is due.
    """
    document = yaml.load(template.read_text(encoding="utf-8"), TagIgnoringLoader)  # noqa: S506 - a SafeLoader
    resources, parameters = document["Resources"], document["Parameters"]
    kinds = [each["Type"] for each in resources.values()]
    dashboards = max(0, kinds.count("AWS::CloudWatch::Dashboard") - price["dashboards_free"])
    return Idle(
        alarms=kinds.count("AWS::CloudWatch::Alarm") * price["alarm_month"],
        secrets=kinds.count("AWS::SecretsManager::Secret") * price["secret_month"],
        keys=kinds.count("AWS::KMS::Key") * price["key_month"],
        dashboards=dashboards * price["dashboard_month"],
        polls=sum(event["Type"] == "SQS" for _, event in events(resources))
        * MINUTES_A_MONTH
        * POLLS_A_MINUTE
        * price["queue_request"],
        schedules=sum(
            MINUTES_A_MONTH
            / _minutes(event["Properties"]["Schedule"], parameters)
            * of_operation(units()[NOTHING_DUE + folder], price)
            for folder, event in events(resources)
            if event["Type"] == "Schedule"
        ),
    )


def events(resources: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every event of every function, with the folder of its code."""
    for resource in resources.values():
        properties = resource.get("Properties", {})
        for event in properties.get("Events", {}).values():
            yield PurePosixPath(properties["CodeUri"]).name, event


def _minutes(rate: str, parameters: Mapping[str, Any]) -> float:
    """Of `rate(5 minutes)`, where the number may be a parameter."""
    number = rate.removeprefix("rate(").partition(" ")[0]
    if number.startswith("${"):
        number = parameters[number[2:-1]]["Default"]
    return float(number)


def metrics(template: Path, price: Prices) -> float:
    """What all metrics that a deployment can have cost in a month in which each has a value in every hour."""
    resources = yaml.load(template.read_text(encoding="utf-8"), TagIgnoringLoader)["Resources"]  # noqa: S506 - a SafeLoader
    behind = {folder for folder, event in events(resources) if event["Type"] == "HttpApi"}
    filters = sum(each["Type"] == "AWS::Logs::MetricFilter" for each in resources.values())
    return sum(series.most(len(behind), filters).values()) * float(price["metric_month"])


def domains(number: float, price: Prices) -> float:
    """What so many verified domains cost a month: their re-checks and their place in the tables."""
    checks = number * CHECKS_A_MONTH * of_operation(units()["a re-check"], price)
    stored = number * DOMAIN_KB * KB_OF_GB * (price["table_gb_month"] + price["recovery_gb_month"])
    return checks + stored


def mails(number: float, price: Prices) -> float:
    """What so many mails to one recipient each cost: sending them, what is heard of them, and SES."""
    counted = units()
    each = of_operation(counted["send to one"], price) + of_operation(counted["a mail's events"], price)
    return number * (each + price["mail"])
