"""The table of refusals names real errors, and knows every error that a concept can raise at a caller."""

from __future__ import annotations

import importlib

import pytest

from letterhead.http import refusals


@pytest.mark.parametrize("name", refusals._PROBLEMS)
def test_each_name_in_the_table_is_an_errors(name):
    module, _, error = name.rpartition(".")
    found = getattr(importlib.import_module(f"letterhead.{module}"), error)
    assert issubclass(found, Exception)
    assert found.__module__ == f"letterhead.{module}"
