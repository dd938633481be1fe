"""Mistakes in host names that are values."""

from __future__ import annotations

import pytest

from letterhead.domains.diagnosis.host_values import fault_of_host, plain

DKIM, FEEDBACK = "abcdefgh.dkim.amazonses.com", "feedback-smtp.us-east-1.amazonses.com"

FAULTS = [
    (rf"\"{DKIM}\"", DKIM, "value_quoted"),
    (rf"'{DKIM}'.acme.com", DKIM, "value_quoted"),
    (rf"https://{DKIM}", DKIM, "value_is_url"),
    (rf"{DKIM}/", DKIM, "value_is_url"),
    (r"abcdefgh.\032dkim.amazonses.com", DKIM, "value_has_spaces"),
    (rf"{DKIM}.acme.com", DKIM, "trailing_text"),
    (rf"{DKIM}\032dkim key", DKIM, "trailing_text"),
    (rf"{DKIM}\; comment", DKIM, "trailing_text"),
    ("abcdefgh.dkim.amazonses", DKIM, "value_truncated"),
    ("abcdefgh.dkim", DKIM, "value_truncated"),
    ("abcde.dkim.amazonses.com", DKIM, "value_truncated"),
    ("abcdefgh.dkim.eu-west-3.amazonses.com", DKIM, "wrong_region"),
    ("feedback-smtp.eu-west-1.amazonses.com", FEEDBACK, "wrong_region"),
    ("feedback-smtp.us-east-1.amazonses", FEEDBACK, "value_truncated"),
    (f"{FEEDBACK}.acme.com", FEEDBACK, "trailing_text"),
    ("zzzzzzzz.dkim.amazonses.com", DKIM, None),
    ("mail.acme.com", DKIM, None),
    ("com", DKIM, None),
    ("inbound-smtp.us-east-1.amazonaws.com", FEEDBACK, None),
]


@pytest.mark.parametrize(("published", "expected", "code"), FAULTS)
def test_a_mistake_is_recognised(published, expected, code):
    fault = fault_of_host(published, expected)
    assert (fault.code.value if fault else None) == code


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        (r"a\032b.test", "a b.test"),
        (r"a\.b.test.", "a.b.test"),
        (r"\"x\".test", '"x".test'),
        ("Mixed.Case.TEST.", "mixed.case.test"),
        ("a\\²b.test", "a²b.test"),
    ],
)
def test_escapes_are_undone(name, typed):
    assert plain(name) == typed
