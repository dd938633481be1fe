"""The commands of AWS's CLI that the doctor's fixes consist of, as the calls that the CLI makes of them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore import xform_name
from botocore.model import ListShape, OperationModel, Shape, StructureShape
from botocore.validate import validate_parameters

# Where the CLI has another name for a parameter than the API (its customizations).
RENAMED = {("sns", "--notification-endpoint"): "Endpoint"}


@dataclass(frozen=True)
class AwsCall:
    """A call of one operation."""

    service: str
    operation: str
    parameters: dict[str, Any]

    def make(self, client: Callable[[str], Any]) -> None:
        getattr(client(self.service), xform_name(self.operation))(**self.parameters)


def calls_of(fix: str, client: Callable[[str], Any]) -> list[AwsCall]:
    """The calls in a fix, whose commands are parted by `;`. AssertionError or botocore's error where AWS has no such command."""
    return [
        _call(shlex.split(each), client)
        for each in fix.split(";")
        if each.strip().startswith("aws ") and "…" not in each
    ]


def _call(words: list[str], client: Callable[[str], Any]) -> AwsCall:
    _, service, command, *rest = words
    model = client(service).meta.service_model
    (operation,) = [each for each in model.operation_names if xform_name(each, "-") == command]
    shape = model.operation_model(operation)
    parameters = dict(_parameters(service, rest, shape))
    validate_parameters(parameters, shape.input_shape)
    return AwsCall(service, operation, parameters)


def _parameters(service: str, words: list[str], operation: OperationModel) -> Iterator[tuple[str, Any]]:
    members = operation.input_shape.members
    flags = {f"--{xform_name(name, '-')}": name for name in members}
    given: list[tuple[str, list[str]]] = []
    for word in words:
        if word.startswith("--"):
            given.append((word, []))
        elif given:
            given[-1][1].append(word)
    if operation.has_streaming_output:
        given[-1][1].pop()  # the file that the answer goes to
    for flag, values in given:
        off = flag.startswith("--no-") and flag not in flags
        name = RENAMED.get((service, flag)) or flags[flag.replace("--no-", "--", 1) if off else flag]
        yield (
            name,
            (not off)
            if not values and members[name].type_name == "boolean"
            else _value(values, members[name]),
        )


def _value(values: list[str], shape: Shape) -> Any:
    if isinstance(shape, ListShape):
        return values
    (value,) = values
    if value.startswith("{") and shape.type_name != "string":
        return json.loads(value)
    if isinstance(shape, StructureShape):
        key, _, text = value.partition("=")
        return {key: text == "true" if shape.members[key].type_name == "boolean" else text}
    return int(value) if shape.type_name in ("integer", "long") else value
