"""The tokens function over the tables, and an agency that calls it."""

from __future__ import annotations

import pytest

from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency
from tests.fakes.token_words import WORDS, Words


@pytest.fixture
def tokens(load, tables):
    return load("tokens")


@pytest.fixture
def agency(tables) -> Agency:
    return Agency()


@pytest.fixture(params=list(Dialect))
def words(request) -> Words:
    return WORDS[request.param]
