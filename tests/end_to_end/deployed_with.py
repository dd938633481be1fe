"""The local cloud's functions as a deployment with another parameter would have them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.end_to_end.conftest import LocalCloud


@contextmanager
def deployed_with(cloud: LocalCloud, variable: str, value: str) -> Iterator[None]:
    """Every function that has this variable in its environment has this value there, while it lasts."""
    before = dict(_change(cloud, variable, value))
    try:
        yield
    finally:
        for function, variables in before.items():
            _set(cloud, function, variables)


def _change(cloud: LocalCloud, variable: str, value: str) -> Iterator[tuple[str, dict[str, str]]]:
    for page in cloud.aws("lambda").get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            variables = function.get("Environment", {}).get("Variables", {})
            if variable in variables:
                _set(cloud, function["FunctionName"], variables | {variable: value})
                yield function["FunctionName"], variables


def _set(cloud: LocalCloud, function: str, variables: dict[str, str]) -> None:
    cloud.aws("lambda").update_function_configuration(
        FunctionName=function, Environment={"Variables": variables}
    )
