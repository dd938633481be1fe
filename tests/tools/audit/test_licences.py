"""docs/licences.md names exactly what the layer ships, each under a licence that we may ship."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.audit.licences import canonical, licences, page

CHECKOUT = Path(__file__).parents[3]
# None of these asks more than that its text goes along and, for MPL-2.0, the source of files that were changed.
MAY_BE_SHIPPED = {"Apache-2.0", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Unlicense"}
ROW = re.compile(r"^\| (\S+) \| (\S+) \| (.+) \|$", re.MULTILINE)


def listed():
    return ROW.findall((CHECKOUT / "docs" / "licences.md").read_text())


def test_every_pin_is_listed_with_its_version_and_nothing_else():
    pins = (CHECKOUT / "layers" / "dependencies" / "requirements.txt").read_text()
    pinned = {
        (canonical(name), version) for name, version in re.findall(r"^([\w.-]+)==(\S+)", pins, re.MULTILINE)
    }
    assert pinned
    assert {(name, version) for name, version, _ in listed()} - {("package", "version")} == pinned


def test_everything_is_under_a_licence_that_we_may_ship():
    named = {each for name, _, words in listed() if name != "package" for each in words.split(", ")}
    assert named
    assert named <= MAY_BE_SHIPPED


@pytest.mark.parametrize(
    ("declared", "read"),
    [
        ([{"license": {"id": "MIT"}}], ["MIT"]),
        ([{"license": {"name": "License :: OSI Approved :: Apache Software License"}}], ["Apache-2.0"]),
        (
            [{"license": {"id": "Apache-2.0"}}, {"license": {"name": "x :: Apache Software License"}}],
            ["Apache-2.0"],
        ),
        ([{"expression": "MIT OR Apache-2.0"}], ["MIT OR Apache-2.0"]),
        ([], []),
    ],
)
def test_a_components_licences_are_read_by_spdx_identifier(declared, read):
    assert licences({"name": "x", "version": "1", "licenses": declared}) == read


def test_what_declares_nothing_is_listed_as_such():
    assert page([{"name": "X_y", "version": "1"}]).endswith("| x-y | 1 | not declared |\n")
