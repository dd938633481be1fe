"""The release before this one, as it was: its template, functions and layer lie beside this file, written down when it was made.

`python -m tests.end_to_end.upgrade.release_before` puts the last commit in their place, with each release. Its dependencies are
this one's, as they are built. What releases seldom bring is brought here besides: functions with their routes and roles, alarms
and a dashboard are taken away from it, and memory and queues are made different.
"""

from __future__ import annotations

import json
import lzma
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import yaml

from tests.fakes.source_template import FUNCTION, LongFormLoader

KEPT = Path(__file__).with_name("release.tar.xz")
LAYER_CODE = "layers/letterhead"
PARTS = ("template.yaml", "functions", f"{LAYER_CODE}/letterhead")
NEWER_FUNCTIONS = ("LogsFunction", "TemplatesFunction", "UnsubscribesFunction")
NEWER_ALARMS = ("ApiFaultsAlarm", "BounceRateAlarm", "ComplaintRateAlarm")
NEWER = (*NEWER_FUNCTIONS, *NEWER_ALARMS, "Dashboard")
LAYER, DEPENDENCIES = "LetterheadLayer", "DependenciesLayer"


def unpack(folder: Path) -> None:
    """Put it into `folder` as it lay in its repository."""
    with tarfile.open(KEPT) as kept:
        kept.extractall(folder, filter="data")


def write_release_before(build: Path, folder: Path) -> Path:
    """Write it into `folder`, for `sam deploy`, and answer its template; `build` is what `sam build` made of this one."""
    unpack(folder)
    code = folder / LAYER_CODE
    (code / "python").mkdir()
    (code / "letterhead").rename(code / "python" / "letterhead")
    template: dict[str, Any] = yaml.load((folder / "template.yaml").read_text(), LongFormLoader)
    resources = template["Resources"]
    taken = {name: resources.pop(name) for name in NEWER}
    assert {taken[name]["Type"] for name in NEWER_FUNCTIONS} == {FUNCTION}
    template["Outputs"] = {
        name: output for name, output in template["Outputs"].items() if not _names(output, NEWER)
    }
    assert not _names(resources, NEWER), "only what nothing else needs can be taken away"
    for resource in resources.values():
        properties = resource.get("Properties", {})
        if resource["Type"] == FUNCTION:
            properties["CodeUri"] = str(folder / properties["CodeUri"])
            properties["MemorySize"] = 384
        if resource["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" in properties:
            properties["MessageRetentionPeriod"] = 172_800
    resources[LAYER]["Properties"]["ContentUri"] = str(code)
    resources[DEPENDENCIES]["Properties"]["ContentUri"] = str(build / DEPENDENCIES)
    path = folder / "template.json"
    path.write_text(json.dumps(template))
    return path


def _names(part: Any, names: tuple[str, ...]) -> bool:
    text = json.dumps(part)
    return any(f'"{name}"' in text or f"${{{name}" in text for name in names)


def _keep_this() -> None:
    command = ["git", "archive", "HEAD", *PARTS]
    archived = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    KEPT.write_bytes(lzma.compress(archived.stdout, preset=9))


if __name__ == "__main__":
    _keep_this()
