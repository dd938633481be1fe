"""Loading the layer puts the first collection of garbage off, once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LAYER = Path(__file__).parents[1] / "layers" / "letterhead"
SCRIPT = """
import gc
usual, callbacks = gc.get_threshold(), list(gc.callbacks)
import letterhead
collections = [each["collections"] for each in gc.get_stats()]
kept = [[] for _ in range(70_000)]
assert [each["collections"] for each in gc.get_stats()] == collections, "collected too early"
kept += [[] for _ in range(70_000)]
assert [each["collections"] for each in gc.get_stats()] != collections, "never collected"
assert (gc.get_threshold(), gc.callbacks) == (usual, callbacks), "not as usual"
"""


def test_the_first_collection_waits_for_a_whole_init_and_then_all_is_as_usual():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={"PYTHONPATH": str(LAYER)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
