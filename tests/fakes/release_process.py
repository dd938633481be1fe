"""A release's functions in a process of their own: `python -P release_process.py <folder of functions>`, the layer on PYTHONPATH.

Each line of its input is an event for a function, `{"function": …, "environment": {…}, "event": …}`; each line of what was its
output is the answer, or `{"error": …}`. What functions print goes to the standard error.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import traceback
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import botocore.session
from botocore.loaders import create_loader


class _Context:
    """What functions ask Lambda for."""

    def get_remaining_time_in_millis(self) -> int:
        """As if each had just begun."""
        return 120_000


def serve(functions: Path) -> None:
    """Until the input ends."""
    # A service's model is read once, and not for each function again.
    botocore.session.create_loader = cache(create_loader)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    @cache
    def loaded(name: str, environment: str) -> ModuleType:
        os.environ.update(json.loads(environment))
        spec = importlib.util.spec_from_file_location(f"release_{name}", functions / name / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        try:
            app = loaded(asked["function"], json.dumps(asked["environment"], sort_keys=True))
            answer = json.dumps({"answer": app.handler(asked["event"], _Context())})
        except Exception:  # noqa: BLE001 - whatever it is, the test is to see it
            answer = json.dumps({"error": traceback.format_exc()})
        print(answer, file=answers, flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
