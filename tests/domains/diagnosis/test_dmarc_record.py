"""DMARC records as text, by RFC 9989."""

from __future__ import annotations

import pytest

from letterhead.domains.diagnosis.dmarc_record import is_dmarc, is_milder, merged, read_dmarc

OURS = "v=DMARC1; p=none; rua=mailto:dmarc@acme.test"

IS_DMARC = [
    ("v=DMARC1", True),
    ("v=DMARC1;", True),
    ("v=DMARC1; p=none", True),
    ("v = DMARC1 ; p=none", True),
    ("V=DMARC1; p=none", True),
    ("v=dmarc1; p=none", False),
    ("v=DMARC1 p=none", False),
    ("v=DMARC12; p=none", False),
    (" v=DMARC1; p=none", False),
    ("p=none; v=DMARC1", False),
    ("v=DMARC1\u00a0; p=none", False),
]


@pytest.mark.parametrize(("text", "expected"), IS_DMARC)
def test_the_version_comes_first_and_is_spelled_exactly(text, expected):
    assert is_dmarc(text) is expected


POLICIES = [
    ("v=DMARC1; p=none", "none", 0),
    ("v=DMARC1; p=REJECT", "reject", 0),
    ("v=DMARC1; p=quarantine; sp=none; np=reject; adkim=s; aspf=r; t=y; psd=n", "quarantine", 0),
    ("v=DMARC1; p=none; pct=50; rf=afrf; ri=3600; fo=1:d:s", "none", 0),
    ("v=DMARC1; p=block", None, 0),
    ("v=DMARC1", None, 0),
    ("v=DMARC1; p=none; sp=maybe", "none", 1),
    ("v=DMARC1; p=none; adkim=strict", "none", 1),
    ("v=DMARC1; p=none; rua=dmarc@acme.test", "none", 1),
    ("v=DMARC1; p=none; rua=mailto:dmarc@acme.test!10m, mailto:b@acme.test", "none", 0),
    ("v=DMARC1; p=none; p=reject", "none", 1),
    ("v=DMARC1; p=none; just text", "none", 1),
    ("v=DMARC1;\t p =\treject ; ", "reject", 0),
    ("v=DMARC1;\u00a0p=reject; rua=mailto:dmarc@acme.test", None, 1),
    ("v=DMARC1; p=reject\u00a0; rua=mailto:dmarc@acme.test", None, 0),
]


@pytest.mark.parametrize(("text", "policy", "problems"), POLICIES)
def test_a_record_gives_its_policy_and_what_receivers_ignore(text, policy, problems):
    record = read_dmarc(text)
    assert record.policy == policy
    assert len(record.problems) == problems


def test_a_space_that_looks_like_a_plain_one_is_named():
    assert read_dmarc("v=DMARC1;\u00a0p=reject").problems == (
        "“p=reject” is no tag (it has a space in it that is no plain one)",
    )
    assert read_dmarc("v=DMARC1; reject").problems == ("“reject” is no tag",)


def test_reports_go_to_the_hosts_of_the_valid_addresses():
    record = read_dmarc("v=DMARC1; p=none; rua=mailto:a@X.test, b@y.test,mailto:c@z.test!1m,mailto:d@x.test")
    assert record.report_hosts == ("x.test", "z.test")


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("v=DMARC1; p=reject", "reject"),
        ("v=DMARC1; p=reject; sp=none", "none"),
        ("v=DMARC1; p=reject; sp=x", "reject"),
    ],
)
def test_subdomains_have_their_own_policy_if_one_is_given(text, policy):
    assert read_dmarc(text).subdomain_policy == policy


MERGED = [
    ([OURS, "v=DMARC1; p=reject"], "v=DMARC1; p=reject; rua=mailto:dmarc@acme.test"),
    (
        [OURS, "v=DMARC1; p=quarantine; adkim=s; rua=mailto:x@acme.test"],
        "v=DMARC1; p=quarantine; rua=mailto:dmarc@acme.test,mailto:x@acme.test; adkim=s",
    ),
    (["v=DMARC1; p=block"], OURS),
    (["v=DMARC1; p=none; rua=dmarc@acme.test"], OURS),
    (["v=DMARC1; p=none; pct=20; sp=reject"], "v=DMARC1; p=none; sp=reject; rua=mailto:dmarc@acme.test"),
]


@pytest.mark.parametrize(("texts", "expected"), MERGED)
def test_several_records_are_merged_into_one_that_asks_for_the_same(texts, expected):
    assert merged(texts, OURS) == expected
    assert read_dmarc(expected).problems == ()


@pytest.mark.parametrize(
    ("policy", "than", "expected"),
    [
        ("none", "reject", True),
        ("reject", "none", False),
        ("quarantine", "quarantine", False),
        (None, "none", False),
    ],
)
def test_policies_have_an_order(policy, than, expected):
    assert is_milder(policy, than) is expected
