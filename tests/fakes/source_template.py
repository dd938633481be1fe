"""template.yaml as CloudFormation reads it: short tags become their long forms, nothing is resolved."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).parents[2] / "template.yaml"
FUNCTION = "AWS::Serverless::Function"
TABLE = "AWS::DynamoDB::Table"


# libyaml's, which takes a tenth of the time, wherever PyYAML has it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class LongFormLoader(_Loader):  # type: ignore[misc]
    """Reads a template whose short tags become long forms, which CloudFormation takes as well."""


def _long_form(loader: LongFormLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


LongFormLoader.add_multi_constructor("!", _long_form)


@cache
def template() -> dict[str, Any]:
    """The whole template; not to be changed."""
    document: dict[str, Any] = yaml.load(PATH.read_text(), LongFormLoader)
    return document


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of one type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }
