"""docs/security.md holds each invariant by tests that there are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
DOCUMENT = (CHECKOUT / "docs" / "security.md").read_text()
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
INVARIANT = re.compile(r"^### (\d+)\. .+?(?=^##)", re.MULTILINE | re.DOTALL)


def names_in(path: str) -> set[str]:
    tree = ast.parse((CHECKOUT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def test_every_invariant_of_the_design_has_tests():
    held = {int(each[1]): len(NAMED.findall(each[0])) for each in INVARIANT.finditer(DOCUMENT)}
    assert sorted(held) == list(range(1, 10))
    assert min(held.values()) >= 3


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED.findall(DOCUMENT)}))
def test_every_test_that_it_names_exists(path):
    named = {name for where, name in NAMED.findall(DOCUMENT) if where == path}
    assert (CHECKOUT / path).is_file()
    assert sorted(named - names_in(path)) == []
