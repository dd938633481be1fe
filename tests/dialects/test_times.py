"""Timestamps as the three services write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from letterhead.dialects.fields import Fields
from letterhead.dialects.message_fields import rfc3339_moment
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.times import in_microseconds, in_seconds, or_null

TOKYO = timezone(timedelta(hours=9))

# The documents' own examples: Sendara domains guide, SendMailOS Domains API, MailerSend identities reference.
EXAMPLES = [
    (in_seconds, datetime(2026, 6, 14, 9, 0, tzinfo=UTC), "2026-06-14T09:00:00Z"),
    (in_seconds, datetime(2024, 1, 15, 14, 45, tzinfo=UTC), "2024-01-15T14:45:00Z"),
    (in_microseconds, datetime(2022, 11, 29, 10, 43, 22, tzinfo=UTC), "2022-11-29T10:43:22.000000Z"),
    (in_microseconds, datetime(2022, 11, 29, 10, 43, 22, 5, tzinfo=UTC), "2022-11-29T10:43:22.000005Z"),
    (in_seconds, datetime(2026, 6, 14, 18, 0, tzinfo=TOKYO), "2026-06-14T09:00:00Z"),
    (in_microseconds, datetime(2026, 6, 14, 18, 0, tzinfo=TOKYO), "2026-06-14T09:00:00.000000Z"),
]


@pytest.mark.parametrize(("write", "moment", "text"), EXAMPLES)
def test_a_moment_is_written_in_utc_in_the_services_form(write, moment, text):
    assert write(moment) == text


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-06-14T09:00:00",
        "2026-06-14",
        "2026-06-14T09:00:00+25:00",
        "2026-06-14T24:30:00Z",
        "tomorrow",
        "",
        7,
    ],
)
def test_what_is_no_moment_of_rfc_3339_is_named(text):
    fields = Fields({})
    assert rfc3339_moment(fields, "scheduled_at", text) is None
    with pytest.raises(InvalidFieldsError) as refused:
        fields.finish()
    assert set(refused.value.fields) == {"scheduled_at"}


def test_a_fraction_is_cut_off_never_rounded_into_the_future():
    assert in_seconds(datetime(2026, 6, 14, 9, 0, 0, 999_999, tzinfo=UTC)) == "2026-06-14T09:00:00Z"


def test_what_has_not_happened_is_null():
    assert or_null(None) is None
    assert or_null(datetime(2026, 6, 14, 9, 0, tzinfo=UTC)) == "2026-06-14T09:00:00Z"
