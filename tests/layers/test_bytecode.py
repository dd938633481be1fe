"""Both layers carry bytecode that their runtime takes without a look at the sources: four to five times on a cold start."""

from __future__ import annotations

import importlib.util
import marshal
from pathlib import Path

import pytest

UNCHECKED_HASH = (0b01).to_bytes(4, "little")  # PEP 552: hash-based, not checked against the source


@pytest.fixture(params=["dependencies_layer", "letterhead_layer"])
def layer(request) -> Path:
    return request.getfixturevalue(request.param)


def test_each_source_has_bytecode_of_this_python_that_is_never_checked(layer):
    sources = list(layer.rglob("*.py"))
    assert sources
    for source in sources:
        head = Path(importlib.util.cache_from_source(str(source))).read_bytes()[:8]
        assert head == importlib.util.MAGIC_NUMBER + UNCHECKED_HASH, source


def test_there_is_no_bytecode_without_its_source(layer):
    expected = {Path(importlib.util.cache_from_source(str(source))) for source in layer.rglob("*.py")}
    assert set(layer.rglob("*.pyc")) == expected


def test_tracebacks_name_the_path_that_lambda_mounts_the_layer_at(letterhead_layer):
    compiled = Path(importlib.util.cache_from_source(str(letterhead_layer / "letterhead" / "settings.py")))
    assert marshal.loads(compiled.read_bytes()[16:]).co_filename == "/opt/python/letterhead/settings.py"


def test_the_code_in_the_layer_is_the_code_of_the_checkout(letterhead_layer):
    source = Path(__file__).parents[2] / "layers" / "letterhead" / "letterhead"
    assert [path.name for path in letterhead_layer.iterdir()] == ["letterhead"]
    shipped = {path.relative_to(letterhead_layer / "letterhead") for path in letterhead_layer.rglob("*.py")}
    assert shipped == {path.relative_to(source) for path in source.rglob("*.py")}
