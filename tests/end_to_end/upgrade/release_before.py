"""A release before this one, made of what was built: without its newest functions and routes, and unlike it wherever it may be.

An older template would have to be kept, and kept running on newer code. What is taken away here instead is what a release brings:
functions with their routes and roles, alarms, a dashboard; what is made different is what a release changes: the layer, memory,
queues. Tables, keys and the API are the same, for tests/test_kept_resources.py allows no release anything else.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from tests.fakes.source_template import FUNCTION, LongFormLoader

NEWER_FUNCTIONS = ("LogsFunction", "TemplatesFunction", "UnsubscribesFunction")
NEWER_ALARMS = ("ApiFaultsAlarm", "BounceRateAlarm", "ComplaintRateAlarm")
NEWER = (*NEWER_FUNCTIONS, *NEWER_ALARMS, "Dashboard")
LAYER = "LetterheadLayer"
MARK = "older_release.py"


def write_release_before(build: Path, folder: Path) -> Path:
    """Write its template into `folder`, for `sam deploy`; `build` is the folder that `sam build` made."""
    template: dict[str, Any] = yaml.load((build / "template.yaml").read_text(), LongFormLoader)
    resources = template["Resources"]
    taken = {name: resources.pop(name) for name in NEWER}
    assert {taken[name]["Type"] for name in NEWER_FUNCTIONS} == {FUNCTION}
    template["Outputs"] = {
        name: output for name, output in template["Outputs"].items() if not _names(output, NEWER)
    }
    assert not _names(resources, NEWER), "only what nothing else needs can be taken away"
    for resource in resources.values():
        properties = resource.get("Properties", {})
        for place in ("CodeUri", "ContentUri"):
            if place in properties:
                properties[place] = str(build / properties[place])
        if resource["Type"] == FUNCTION:
            properties["MemorySize"] = 384
        if resource["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" in properties:
            properties["MessageRetentionPeriod"] = 172_800
    layer = folder / LAYER
    shutil.copytree(build / resources[LAYER]["Properties"]["ContentUri"], layer)
    (layer / "python" / MARK).write_text("")
    resources[LAYER]["Properties"]["ContentUri"] = str(layer)
    path = folder / "template.json"
    path.write_text(json.dumps(template))
    return path


def _names(part: Any, names: tuple[str, ...]) -> bool:
    text = json.dumps(part)
    return any(f'"{name}"' in text or f"${{{name}" in text for name in names)
