"""template.yaml as it is written: the declared parameters, and which folder holds each function's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from local.failure import LocalCloudError

FUNCTION = "AWS::Serverless::Function"


@dataclass(frozen=True)
class SourceTemplate:
    """`functions` maps a function's name (its folder under functions/) to its logical id."""

    parameters: frozenset[str]
    functions: Mapping[str, str]


class TagIgnoringLoader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as plain values; what they resolve to isn't needed here."""


def _ignore_tag(loader: TagIgnoringLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return None


TagIgnoringLoader.add_multi_constructor("!", _ignore_tag)


def read_source_template(path: Path) -> SourceTemplate:
    """The template's declarations; LocalCloudError when there is no such file or it isn't YAML."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), TagIgnoringLoader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        raise LocalCloudError(
            f"There is no {path.name} in {path.parent}: run make in the repository's folder"
        ) from None
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f" line {place.line + 1}" if place else ""
        raise LocalCloudError(
            f"{path.name}{line} isn't valid YAML: run `sam validate --lint` for the whole story"
        ) from None
    resources = document.get("Resources") or {}
    functions = {
        PurePosixPath(str(resource.get("Properties", {}).get("CodeUri", logical_id))).name: logical_id
        for logical_id, resource in resources.items()
        if resource.get("Type") == FUNCTION
    }
    return SourceTemplate(parameters=frozenset(document.get("Parameters") or {}), functions=functions)
