"""The layers as `sam build` gets them on this machine. The dependencies are kept between builds, so only the first one waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.builder.layer import build
from layers.builder.this_machine import this_machine


@pytest.fixture(scope="session")
def dependencies_layer(tmp_path_factory) -> Path:
    artifacts = tmp_path_factory.mktemp("dependencies")
    build("DependenciesLayer", this_machine(), artifacts)
    return artifacts / "python"


@pytest.fixture(scope="session")
def letterhead_layer(tmp_path_factory) -> Path:
    artifacts = tmp_path_factory.mktemp("letterhead")
    build("LetterheadLayer", this_machine(), artifacts)
    return artifacts / "python"
