"""A release whose functions run in a process of their own, over the AWS that it is shown."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import yaml

from letterhead.http.routes import ROUTES
from tests.fakes.api_gateway import Answer, call, matched
from tests.fakes.source_template import FUNCTION, LongFormLoader

PROGRAM = Path(__file__).with_name("release_process.py")
_FUNCTION_OF = {(f"{route.method} {route.path}"): route.function for route in ROUTES}


class Release:
    """`root` is a repository, or what was kept of one. `resolved` has what its template refers to, by name."""

    def __init__(self, root: Path, resolved: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self._template: dict[str, Any] = yaml.load((root / "template.yaml").read_text(), LongFormLoader)
        self._resolved = resolved
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(PROGRAM), str(root / "functions")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | environment | {"PYTHONPATH": str(root / "layers" / "letterhead")},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def __call__(self, function: str, event: dict[str, Any]) -> Any:
        """Hand an event to a function."""
        asked = {"function": function, "environment": self._environment_of(function), "event": event}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(asked, default=_as_lambda_has_it), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["answer"]

    def ask(self, method: str, path: str, token: str | None = None, **request: Any) -> Answer:
        """One HTTP request; see `tests.fakes.api_gateway.call`."""
        if token is not None:
            request["authorization"] = f"Bearer {token}"
        function = _FUNCTION_OF[matched(method, path)[0]]
        return call(lambda event, _: self(function, event), method, path, **request)

    @cached_property
    def routes(self) -> frozenset[tuple[str, str]]:
        """Methods, in capitals, and paths of its API."""
        found = (
            event["Properties"]
            for resource in self._template["Resources"].values()
            for event in resource.get("Properties", {}).get("Events", {}).values()
            if event["Type"] == "HttpApi"
        )
        return frozenset((each["Method"].upper(), each["Path"]) for each in found if "Path" in each)

    def _environment_of(self, function: str) -> dict[str, str]:
        common = self._template["Globals"]["Function"]["Environment"]["Variables"]
        (own,) = (
            resource["Properties"].get("Environment", {}).get("Variables", {})
            for resource in self._template["Resources"].values()
            if resource["Type"] == FUNCTION and resource["Properties"]["CodeUri"] == f"functions/{function}"
        )
        return {name: self._resolve(name, value) for name, value in (common | own).items()}

    def _resolve(self, variable: str, value: Any) -> str:
        if variable in self._resolved:
            return self._resolved[variable]
        if not isinstance(value, dict):
            return str(value)
        (name,) = (value.get("Ref") or value.get("Fn::GetAtt", [None])[0],)
        if name in self._resolved:
            return self._resolved[name]
        if name in self._template["Parameters"]:
            return str(self._template["Parameters"][name]["Default"])
        assert name in self._template["Resources"], (variable, value)
        return str(name)


def _as_lambda_has_it(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
