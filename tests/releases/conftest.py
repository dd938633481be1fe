"""Two releases over one deployment, for a whole module: each test has accounts of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.fakes.aws import ENVIRONMENT, aws_with_tables
from tests.fakes.receiver import Receiver, receiver
from tests.fakes.sides import Sides
from tests.fakes.two_releases import TwoReleases, two_releases

_serials = count()


@pytest.fixture(scope="module")
def deployment(_running_outside, tmp_path_factory) -> Iterator[TwoReleases]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        _running_outside.reset()
        with (
            aws_with_tables(),
            two_releases(_running_outside, tmp_path_factory.mktemp("before")) as both,
        ):
            yield both


@pytest.fixture(params=["to the one before", "from the one before"])
def sides(request, deployment) -> Sides:
    this, before = deployment.this, deployment.before
    writer, reader = (this, before) if request.param == "to the one before" else (before, this)
    owner = deployment.owner(writer)
    made = deployment.verified(writer, owner, f"mail.side{next(_serials)}.com")
    return Sides(deployment, writer, reader, owner, made)


@pytest.fixture
def program() -> Iterator[Receiver]:
    with receiver() as made:
        yield made
