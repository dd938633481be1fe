"""What a deployment costs, from counted units and listed prices."""

from __future__ import annotations

import json

import pytest

from local.checkout import REPOSITORY
from tests.fakes.source_template import resources
from tools.cost import estimate
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
    assert all(set(found) == {"read_unit", "write_unit"} for found in counted.values())


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


def test_a_call_is_about_what_the_cost_skeleton_has():
    # Computed by hand from AWS's pricing pages: 3.0 dollars a million calls with an authorizer of its own and 1.5 KB of logs.
    assert 1.5 < estimate.of_operation(estimate.units()["read one"], PRICES) * 1e6 < 3.0


def test_a_re_check_is_about_what_the_cost_skeleton_has():
    assert estimate.of_operation(estimate.units()["a re-check"], PRICES) < 2.5e-6


@pytest.mark.parametrize("arguments", [[], ["", ""], ["10000", "1000000"]])
def test_a_month_is_printed(arguments, capsys):
    assert main(arguments) == 0
    *parts, whole = [
        float(line.rpartition("$")[2].replace(",", "")) for line in capsys.readouterr().out.splitlines()
    ]
    assert whole == pytest.approx(sum(parts), abs=0.02)


def test_what_is_no_number_is_one_line(capsys):
    assert main(["many"]) == 1
    assert "numbers" in capsys.readouterr().err


def test_the_page_is_what_is_computed():
    # But for the idle cost, which moves with every alarm: `make cost` tells the day's.
    written, computed = ("## Idle".join(_without_idle(text)) for text in (PAGE.read_text(), page(TEMPLATE)))
    assert written == computed


def _without_idle(text: str) -> tuple[str, str]:
    before, _, rest = text.partition("## Idle")
    return before, rest[rest.index("## A million") :]
