"""The dependencies layer holds what the code imports: all of it, pinned, and no more than fits."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parents[2]
PINS = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)
MIB = 1024 * 1024


def pins(path: Path) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PINS.findall(path.read_text())}


RUNTIME = pins(CHECKOUT / "layers" / "dependencies" / "requirements.txt")
CODE = sorted([*(CHECKOUT / "layers" / "letterhead").rglob("*.py"), *(CHECKOUT / "functions").rglob("*.py")])


@pytest.fixture(scope="session")
def shipped(dependencies_layer) -> dict[str, Distribution]:
    return {canonicalize_name(each.name): each for each in distributions(path=[str(dependencies_layer)])}


def packages_imported(source: str) -> set[str]:
    """Top-level packages outside the standard library that a file imports when it runs, however deep in it."""
    tree = ast.parse(source)
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    names = set()
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            names |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"letterhead"}


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_what_the_code_imports_is_in_the_layer(path, dependencies_layer):
    # The local cloud would hide a missing one: there the emulator's own packages can be imported too.
    missing = {
        name
        for name in packages_imported(path.read_text())
        if not (dependencies_layer / name).is_dir() and not (dependencies_layer / f"{name}.py").is_file()
    }
    assert missing == set()


def test_an_import_that_no_layer_holds_would_be_seen(dependencies_layer):
    planted = "def f():\n    import requests\n\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mypy\n"
    assert packages_imported(planted) == {"requests"}
    assert not (dependencies_layer / "requests").exists()


def test_the_layer_holds_exactly_the_pinned_versions(shipped):
    assert {name: each.version for name, each in shipped.items()} == RUNTIME


def test_all_that_a_shipped_package_asks_for_is_shipped(shipped):
    for name, distribution in shipped.items():
        for text in distribution.requires or ():
            wanted = Requirement(text)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                found = shipped.get(canonicalize_name(wanted.name))
                assert found is not None, f"{name} asks for {text}"
                assert wanted.specifier.contains(found.version), f"{name} asks for {text}"


def test_the_tests_run_with_the_versions_that_are_shipped():
    development = pins(CHECKOUT / "requirements-dev.txt")
    assert {name: development.get(name) for name in RUNTIME} == RUNTIME


def test_every_package_of_the_environment_is_pinned_by_version():
    for path in (
        CHECKOUT / "requirements-dev.txt",
        CHECKOUT / "layers" / "dependencies" / "requirements.txt",
    ):
        lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
        assert [line for line in lines if line and not PINS.fullmatch(line)] == []


def test_the_layer_is_small(dependencies_layer):
    # With the bytecode. Cold starts unpack it; botocore alone would be 25 MiB, and awscrt another 12 that slow every import.
    assert sum(path.stat().st_size for path in dependencies_layer.rglob("*") if path.is_file()) <= 25 * MIB
    assert not (dependencies_layer / "awscrt").exists()


def test_the_layer_holds_no_programs_and_no_stale_lists_of_files(dependencies_layer):
    assert not (dependencies_layer / "bin").exists()
    assert not list(dependencies_layer.glob("*.dist-info/RECORD"))
