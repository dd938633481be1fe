"""The licences of what is shipped, from the bill of materials that cyclonedx-py made of the layer's packages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

HEAD = """# Licences of what is shipped

The dependencies layer holds these packages and no others; Letterhead itself is under the Apache License 2.0. Made by `make sbom`
from `.build/sbom.cdx.json`, the bill of materials (CycloneDX 1.6) that cyclonedx-bom makes of exactly what
`layers/dependencies/requirements.txt` pins; a test holds that all are here. What only builds and tests
(`requirements-dev.txt`) isn't shipped and isn't listed.

| package | version | licence |
|---|---|---|
"""
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
}
"""Licence classifiers of the package index, by the SPDX identifier of the licence file that those packages carry."""


def canonical(name: str) -> str:
    """A package's name as requirements compare it (PyPA, "Names and normalization")."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licences(component: Mapping[str, Any]) -> list[str]:
    """The SPDX identifiers of a component, each once, or the words it uses where there is none."""
    found: dict[str, None] = {}
    for each in component.get("licenses", ()):
        if expression := each.get("expression"):
            found[expression] = None
            continue
        word = each["license"].get("id") or each["license"]["name"].rpartition(":: ")[2]
        found[CLASSIFIERS.get(word, word)] = None
    return list(found)


def page(components: Sequence[Mapping[str, Any]]) -> str:
    """The page's text."""
    rows = sorted(
        (canonical(each["name"]), each["version"], ", ".join(licences(each)) or "not declared")
        for each in components
    )
    return HEAD + "".join(f"| {name} | {version} | {words} |\n" for name, version, words in rows)
