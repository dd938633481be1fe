"""`python -m tests.bench PLOTTING_PYTHON`: every bench alone; bench/results.json, docs/cost.md, docs/performance.md, its plot.

Absolute figures are of the machine; ratios are to floors that were measured in the same run. PLOTTING_PYTHON has matplotlib.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.page import page

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance.png"
BENCHES: Sequence[Sequence[str]] = (
    ("cold_start",),
    ("request",),
    ("dns_verification",),
    ("events",),
    ("webhooks",),
    ("reverify", "2000"),
    ("send",),
    ("units",),
)


def main(arguments: Sequence[str]) -> int:
    """Measure everything, and write it down; the exit code is 1 when a bench failed."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "layers" / "letterhead")}
    rows: list[dict[str, Any]] = []
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results"
        for name, *amounts in BENCHES:
            print(f"--- {name}", flush=True)
            path.write_text("")
            command = [sys.executable, "-m", f"tests.bench.{name}", *amounts]
            subprocess.run(command, cwd=ROOT, env=environment | {"BENCH_RESULTS": str(path)}, check=False)
            noted = [json.loads(line) for line in path.read_text().splitlines()]
            rows += noted
            if not noted:
                failed.append(name)
    found = {
        "measured_at": f"{datetime.now(UTC):%Y-%m-%d}",
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "results": rows,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(found), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "tools.cost", "--write"], cwd=ROOT, check=True)
    for plotting in arguments:
        subprocess.run([plotting, "-m", "tests.bench.plot", RESULTS, PLOT], cwd=ROOT, check=True)
    for name in failed:
        print(f"bench: {name} noted nothing", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
