"""What a deployment costs, from counted units and listed prices."""

from __future__ import annotations

import json

import pytest

from local.checkout import REPOSITORY
from tests.fakes.source_template import resources
from tools.cost import estimate, series
from tools.cost.__main__ import PAGE, main
from tools.cost.page import page

TEMPLATE = REPOSITORY / "template.yaml"
PRICES = estimate.prices()


def test_every_unit_of_every_operation_has_a_price():
    priced = set(PRICES) | {"log_kb"}
    assert {unit for operation in estimate.units().values() for unit in operation} <= priced


def test_the_tables_units_are_those_that_the_benches_counted():
    counted, units = estimate.counted(), estimate.units()
    assert set(units) - set(counted) == {"verify a domain"}
    assert {name: {unit: units[name][unit] for unit in found} for name, found in counted.items()} == counted
    assert all(found and set(found) <= {"read_unit", "write_unit"} for found in counted.values())


def test_counted_units_are_rounded_up_to_a_tenth(tmp_path):
    rows = [
        {"bench": "units", "case": "read one", "figure": figure, "unit": unit}
        for figure, unit in ((1.5, "RRU"), (0.025, "WRU"))
    ]
    (tmp_path / "results.json").write_text(json.dumps({"results": [*rows, {"bench": "request"}]}))
    assert estimate.counted(tmp_path / "results.json") == {"read one": {"read_unit": 1.5, "write_unit": 0.1}}


def test_an_operation_costs_its_units():
    price = {"api_request": 1e-6, "write_unit": 2e-6, "log_gb": 1024.0 * 1024.0}
    assert estimate.of_operation({"api_request": 2, "write_unit": 3, "log_kb": 1}, price) == pytest.approx(
        1 + 8e-6
    )


def test_idle_counts_what_the_template_has():
    idle = estimate.idle(TEMPLATE, PRICES)

    assert idle.alarms == pytest.approx(0.10 * len(resources("AWS::CloudWatch::Alarm")))
    assert idle.secrets == pytest.approx(0.40 * len(resources("AWS::SecretsManager::Secret")))
    assert idle.keys == pytest.approx(1.00 * len(resources("AWS::KMS::Key")))
    assert idle.dashboards == 0
    assert idle.total < 10  # a few dollars a month


def test_idle_counts_what_goes_on_when_nothing_happens():
    idle = estimate.idle(TEMPLATE, PRICES)
    mapped = [
        (name, event)
        for name, properties in resources("AWS::Serverless::Function").items()
        for event in properties.get("Events", {}).values()
    ]

    # By hand: five polls of twenty seconds at once are 648,000 requests in thirty days, 26 cents a queue.
    queues = sum(event["Type"] == "SQS" for _, event in mapped)
    assert idle.polls == pytest.approx(queues * 0.2592)
    schedules = {name for name, event in mapped if event["Type"] == "Schedule"}
    looking = {name for name in estimate.units() if name.startswith(estimate.NOTHING_DUE)}
    assert len(looking) == len(schedules) == 4
    assert 0.10 < idle.schedules < 0.30


def test_at_most_every_metric_of_the_document_is_paid_for():
    document = (REPOSITORY / "docs" / "operate.md").read_text().partition("## Metrics of requests")[2]
    named = {line.split("`")[1] for line in document.splitlines() if line.startswith("| `")}
    assert named == set(series.most(1, 1)) - {"of metric filters"}
    assert 30 < estimate.metrics(TEMPLATE, PRICES) < 100


def test_a_call_is_about_what_the_cost_skeleton_has():
    # Computed by hand from AWS's pricing pages: 3.0 dollars a million calls with an authorizer of its own and 1.5 KB of logs.
    assert 1.5 < estimate.of_operation(estimate.units()["read one"], PRICES) * 1e6 < 3.0


def test_a_re_check_is_about_what_the_cost_skeleton_has():
    assert estimate.of_operation(estimate.units()["a re-check"], PRICES) < 2.5e-6


@pytest.mark.parametrize("arguments", [[], ["", ""], ["10000", "1000000"]])
def test_a_month_is_printed(arguments, capsys):
    assert main(arguments) == 0
    *parts, whole, _metrics = [
        float(line.rpartition("$")[2].split()[0].replace(",", ""))
        for line in capsys.readouterr().out.splitlines()
    ]
    assert whole == pytest.approx(sum(parts), abs=0.02)


@pytest.mark.parametrize("text", ["many", "-1", "1.5", "nan", "inf", "1e400", "1e16", "10,000", "0x10"])
def test_what_is_no_number_of_things_is_one_line(text, capsys):
    assert main([text]) == 1
    assert main(["1", text]) == 1
    assert capsys.readouterr().err.count("numbers") == 2


@pytest.mark.parametrize("text", ["1000000", "1e6", " 1000000 "])
def test_a_number_may_be_written_as_numbers_are(text, capsys):
    assert main([text]) == 0
    assert "1,000,000 domains" in capsys.readouterr().out


def test_the_page_is_what_is_computed():
    # But for the idle cost, which moves with every alarm: `make cost` tells the day's.
    written, computed = ("## Idle".join(_without_idle(text)) for text in (PAGE.read_text(), page(TEMPLATE)))
    assert written == computed


def _without_idle(text: str) -> tuple[str, str]:
    before, _, rest = text.partition("## Idle")
    return before, rest[rest.index("## A million") :]
