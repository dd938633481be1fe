"""The environments of `samconfig.toml`: a section each, with the stack's name, and what its first deployment has asked for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


class DeploymentError(Exception):
    """What was asked for can't be done; the message is one line for a person."""


@dataclass(frozen=True)
class Environment:
    """`region` is None until the first deployment has asked for it; `overrides` are parameters of the template."""

    name: str
    stack_name: str
    region: str | None
    overrides: str

    @property
    def keeps_data(self) -> bool:
        """Is what it holds to be kept from deletion? As with the template's parameter, unless told otherwise."""
        return 'DeletionProtection="false"' not in self.overrides


def environment(path: Path, name: str) -> Environment:
    """The environment of this name; raises `DeploymentError` when there is none."""
    sections = tomllib.loads(path.read_text(encoding="utf-8"))
    known = sorted(key for key in sections if isinstance(sections[key], dict) and key != "default")
    if name not in known:
        raise DeploymentError(
            f"there is no environment {name or '(none named)'}: ENV={' or ENV='.join(known)}"
        )
    shared = sections[name].get("global", {}).get("parameters", {})
    given = shared | sections[name].get("deploy", {}).get("parameters", {})
    overrides = given.get("parameter_overrides", "")
    return Environment(
        name=name,
        stack_name=given["stack_name"],
        region=given.get("region"),
        overrides=overrides if isinstance(overrides, str) else " ".join(overrides),
    )
