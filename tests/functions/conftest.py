"""Functions as Lambda loads them: the environment that template.yaml gives them, one import, then events."""

from __future__ import annotations

import importlib.util
import io
import json
import logging
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.fakes.api_gateway import Answer, call
from tests.fakes.source_template import FUNCTION, resources, template

FUNCTIONS = Path(__file__).parents[2] / "functions"
# What the local deployment puts in place of the template's references and conditions; a table's name is its logical id.
RESOLVED = {"ConfigurationSet": "letterhead"}


@cache
def loaded(name: str, environment: frozenset[tuple[str, str]]) -> ModuleType:
    """A function's module as this environment makes it; kept, as Lambda keeps it between two events."""
    assert set(environment) <= set(os.environ.items())
    spec = importlib.util.spec_from_file_location(f"loaded_{name}", FUNCTIONS / name / "app.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class LoadedFunction:
    """One function; `log` is what it has logged for this test."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.app = loaded(name, frozenset(environment.items()))
        self._log = io.StringIO()
        for handler in logging.getLogger(name).handlers:
            handler.setStream(self._log)

    def __call__(self, event: dict[str, Any]) -> Any:
        answer = self.app.handler(event, None)
        json.dumps(answer, allow_nan=False)  # or Lambda couldn't answer it
        return answer

    def call(self, method: str, path: str, token: str | None = None, **request: Any) -> Answer:
        """One HTTP request; see `tests.fakes.api_gateway.call`."""
        if token is not None:
            request["authorization"] = f"Bearer {token}"
        return call(self.app.handler, method, path, **request)

    @property
    def log(self) -> str:
        return self._log.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of acts and requests; those that only count are in `counts`."""
        return [line for line in self._all_lines() if line["message"] != "metric"]

    @property
    def counts(self) -> list[dict[str, Any]]:
        return [line for line in self._all_lines() if line["message"] == "metric"]

    def _all_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines()]


def environment_of(name: str) -> dict[str, Any]:
    """The variables of one function in template.yaml, not resolved."""
    (found,) = [
        properties
        for properties in resources(FUNCTION).values()
        if properties["CodeUri"] == f"functions/{name}"
    ]
    common: dict[str, Any] = template()["Globals"]["Function"]["Environment"]["Variables"]
    return common | found.get("Environment", {}).get("Variables", {})


@pytest.fixture
def load(aws_environment, monkeypatch) -> Callable[..., LoadedFunction]:
    """Loads a function by its folder's name, with some of its variables chosen by the test."""

    def loading(name: str, **chosen: str) -> LoadedFunction:
        environment = {
            variable: chosen.get(variable, resolved(value))
            for variable, value in environment_of(name).items()
        }
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        return LoadedFunction(name, environment)

    return loading


def resolved(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    name = value.get("Ref")
    if name in template()["Parameters"]:
        return str(template()["Parameters"][name]["Default"])
    return RESOLVED.get(name, name) if name else "false"
