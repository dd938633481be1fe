"""Every bench runs and notes its figures: with amounts so small that they say nothing, and cost next to nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import __main__ as program
from tests.bench import page

ROOT = Path(__file__).resolve().parents[2]
# The amounts of a bench, and what makes them small.
SMALL = {
    "request": "bench.ROUNDS, bench.CALLS = 2, 1; bench.main()",
    "dns_verification": "bench.ROUNDS = 1; bench.main(3)",
    "events": "bench.ROUNDS, bench.BATCHES = 2, 1; bench.main()",
    "webhooks": "bench.ROUNDS, bench.IN_A_ROUND, bench.DELIVERIES = 2, 2, 10; bench.main()",
    "send": "bench.ROUNDS, bench.CALLS = 1, 1; bench.main()",
    "units": "bench.CALLS, bench.WARM_UP = 1, 1; bench.main()",
    "reverify": "bench.SAMPLE = 3; bench.main(5)",
}


@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_bench_runs_and_notes_what_it_measured(name, tmp_path):
    results = tmp_path / "results"
    environment = os.environ | {
        "BENCH_RESULTS": str(results),
        "PYTHONPATH": f"{ROOT / 'layers' / 'letterhead'}",
    }
    code = f"from tests.bench import {name} as bench; {SMALL[name]}"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert results.exists(), done.stderr
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    assert rows
    assert all(row["figure"] > 0 for row in rows)
    assert all(page.part_of_bound(row) > 0 for row in rows if row["bound"])


def test_a_cold_start_is_measured_in_a_process_of_its_own():
    from tests.bench import cold_start

    variables = {"AWS_DEFAULT_REGION": "eu-west-1"}
    costs = cold_start.measure(
        {"nothing": ("pass", None, variables), "json": ("import json", None, variables)}, 1
    )

    assert costs["nothing"].cpu > 0
    assert 3 < costs["json"].memory < cold_start.RSS_BOUND_MIB


def test_every_bench_of_the_list_is_there_and_tried():
    listed = {name for name, *_ in program.BENCHES}
    assert listed == set(SMALL) | {"cold_start"}
    assert all((ROOT / "tests" / "bench" / f"{name}.py").is_file() for name in listed)


def test_the_page_says_what_is_within_its_bound_and_what_beyond():
    found = {
        "measured_at": "2026-06-14",
        "python": "3.13.1",
        "machine": "arm64, 2 cores",
        "results": [
            {"bench": "request", "case": "router", "figure": 60.0, "unit": "us", "floor": 3.0, "bound": 30},
            {"bench": "request", "case": "slow", "figure": 120.0, "unit": "us", "floor": 3.0, "bound": 30},
            {
                "bench": "layer size",
                "case": "own",
                "figure": 1.5,
                "unit": "MiB",
                "floor": None,
                "bound": None,
            },
        ],
    }
    text = page.page(found)
    assert "| router | 60 us | 3 us | 20.00 | 30 | within |" in text
    assert "| slow | 120 us | 3 us | 40.00 | 30 | **beyond** |" in text
    assert "| own | 1.5 MiB |  |  |  |  |" in text


def test_the_page_is_of_the_results_that_are_kept():
    found = json.loads(program.RESULTS.read_text())
    assert program.PAGE.read_text() == page.page(found)
    assert program.PLOT.read_bytes().startswith(b"\x89PNG")
