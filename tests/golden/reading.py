"""The golden files, and the shape of a JSON answer: its keys, types, nulls and the form of its timestamps and ids."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parent / "seeds"
FORMS = {
    "timestamp in seconds": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "timestamp in microseconds": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
    "prefixed id": r"[a-z]+_[0-9a-f]{32}",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "id": r"[0-9a-z]{16}",
}


def seed(name: str) -> Any:
    """One of the documents' examples."""
    return json.loads((SEEDS / name).read_text())


def documented(answer: Any, golden: Any) -> Any:
    """The part of an answer that an example has. Additive fields are welcome in objects, so what else there is doesn't count; a
    list has to be as long as the example's."""
    if isinstance(golden, dict) and isinstance(answer, dict):
        return {key: documented(inner, golden[key]) for key, inner in answer.items() if key in golden}
    if isinstance(golden, list) and isinstance(answer, list) and len(answer) == len(golden):
        return [documented(one, other) for one, other in zip(answer, golden, strict=True)]
    return answer


def shape(value: Any) -> Any:
    """What has to agree between two answers that differ in their contents. The order of keys doesn't count."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    if isinstance(value, str):
        return next((form for form, pattern in FORMS.items() if re.fullmatch(pattern, value)), "text")
    return type(value).__name__


def on_the_wire(body: Any) -> Any:
    """What a client reads of a body that is about to be sent."""
    return json.loads(json.dumps(body))
