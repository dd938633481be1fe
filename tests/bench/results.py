"""Where a bench notes what it has measured: a line of JSON each in the file that BENCH_RESULTS names, and nowhere without it."""

from __future__ import annotations

import json
import os
from pathlib import Path


def note(
    bench: str, case: str, figure: float, unit: str, *, floor: float | None = None, bound: float | None = None
) -> None:
    """Note a figure. With a floor of the same run the bound is on their ratio, without one on the figure itself."""
    if path := os.environ.get("BENCH_RESULTS"):
        row = {"bench": bench, "case": case, "figure": figure, "unit": unit, "floor": floor, "bound": bound}
        with Path(path).open("a", encoding="utf-8") as results:
            results.write(json.dumps(row) + "\n")
