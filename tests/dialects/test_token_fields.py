"""The additive fields of tokens, as all dialects read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.token_fields import TokenExtras, read_extras, read_overlap

ID = "0domain00domain0"


def read(**body) -> TokenExtras:
    fields = Fields(body)
    extras = read_extras(fields)
    fields.finish()
    return extras


def test_nothing_said_is_nothing_asked_for():
    assert read() == read(expires_at=None, domain_id="", identity_id=None, allowed_networks=None)
    assert read() == TokenExtras(None, None, None, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-14T09:00:00Z", datetime(2026, 6, 14, 9, tzinfo=UTC)),
        ("2026-06-14T11:00:00+02:00", datetime(2026, 6, 14, 9, tzinfo=UTC)),
        ("2026-06-14T09:00:00.000001Z", datetime(2026, 6, 14, 9, 0, 0, 1, tzinfo=UTC)),
        ("2026-06-14 09:00:00", datetime(2026, 6, 14, 9, tzinfo=UTC)),
        ("2026-06-14", datetime(2026, 6, 14, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_utc(text, moment):
    assert read(expires_at=text).expires_at == moment


@pytest.mark.parametrize(
    "text", ["14.6.2026", "2026-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "now"]
)
def test_a_moment_that_is_none_is_refused(text):
    with pytest.raises(InvalidFieldsError) as raised:
        read(expires_at=text)
    assert set(raised.value.fields) == {"expires_at"}


@pytest.mark.parametrize(
    "given",
    [ID, identifiers.to_prefixed("dom", ID), identifiers.to_uuid(ID), identifiers.to_uuid(ID).upper()],
)
def test_an_id_may_be_in_any_dialects_form(given):
    assert read(domain_id=given).domain_id == ID


def test_networks_are_kept_in_their_shortest_form():
    given = ["192.0.2.128/25", "192.0.2.0/25", "::ffff:10.0.0.1"]
    assert read(allowed_networks=given).allowed_networks == ("10.0.0.1/32", "192.0.2.0/24")
    assert read(allowed_networks=[]).allowed_networks == ()


def test_each_wrong_network_is_named_by_its_place():
    with pytest.raises(InvalidFieldsError) as raised:
        read(allowed_networks=["10.0.0.0/8", "x", 5])
    assert set(raised.value.fields) == {"allowed_networks.1", "allowed_networks.2"}


@pytest.mark.parametrize(
    ("body", "seconds"), [({}, 0), ({"overlap_seconds": 0}, 0), ({"overlap_seconds": 604_800}, 604_800)]
)
def test_an_overlap_is_none_unless_asked_for(body, seconds):
    assert read_overlap(body) == timedelta(seconds=seconds)
