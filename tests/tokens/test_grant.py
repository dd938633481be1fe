"""Whether one grant goes beyond another: every field, both ways."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.tokens import networks
from letterhead.tokens.grant import Grant, Reach

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
WHOLE = Grant(frozenset({"domains_full", "tokens_full", "email_full"}))
NARROW = Grant(
    frozenset({"domains_full"}),
    test_mode=True,
    expires_at=NOW,
    domain_id="0domain00domain0",
    identity_id="0identity0ident0",
    allowed_networks=("192.0.2.0/24",),
)

WIDENED = [
    ("scopes", frozenset({"domains_full", "email_full"})),
    ("scopes", frozenset({"tokens_full"})),
    ("test_mode", False),
    ("expires_at", None),
    ("expires_at", NOW + timedelta(microseconds=1)),
    ("domain_id", None),
    ("domain_id", "0domain00domain1"),
    ("identity_id", None),
    ("identity_id", "0identity0ident1"),
    ("allowed_networks", ()),
    ("allowed_networks", ("192.0.2.0/23",)),
    ("allowed_networks", ("192.0.2.0/24", "2001:db8::/32")),
    ("allowed_networks", ("0.0.0.0/0",)),
]
NARROWED = [
    ("scopes", frozenset({"domains_read"})),
    ("expires_at", NOW - timedelta(days=1)),
    ("allowed_networks", ("192.0.2.128/25",)),
]


@pytest.mark.parametrize(("field", "value"), WIDENED)
def test_a_grant_that_is_wider_in_one_field_is_caught_in_that_field(field, value):
    assert replace(NARROW, **{field: value}).beyond(NARROW) == (field,)


def test_every_field_has_been_tried():
    assert {field for field, _ in WIDENED} == {field.name for field in fields(Grant)}


@pytest.mark.parametrize(("field", "value"), NARROWED)
def test_a_grant_that_is_narrower_goes_beyond_nothing(field, value):
    assert replace(NARROW, **{field: value}).beyond(NARROW) == ()


def test_a_restriction_is_within_none():
    assert NARROW.beyond(WHOLE) == ()
    assert set(WHOLE.beyond(NARROW)) == {field.name for field in fields(Grant)}


@pytest.mark.parametrize(
    ("own", "wanted", "beyond"),
    [
        ({"domains_full"}, {"domains_read"}, ()),
        ({"domains_read"}, {"domains_full"}, ("scopes",)),
        ({"admin"}, {"send", "read", "admin"}, ()),
        ({"send"}, {"read"}, ("scopes",)),
        ({"send", "read"}, {"admin"}, ("scopes",)),
        ({"domains:write"}, {"domains:read"}, ()),
        ({"domains:read"}, {"domains:write"}, ("scopes",)),
        ({"api-keys:write"}, {"api-keys:write", "emails:write"}, ("scopes",)),
    ],
)
def test_a_scope_gives_away_what_it_implies_and_no_more(own, wanted, beyond):
    assert Grant(frozenset(wanted)).beyond(Grant(frozenset(own))) == beyond


def test_the_reach_follows_from_the_restriction():
    assert WHOLE.reach is Reach.ACCOUNT
    assert replace(NARROW, identity_id=None).reach is Reach.DOMAIN
    assert NARROW.reach is Reach.IDENTITY
    assert replace(NARROW, domain_id=None).reach is Reach.IDENTITY


grants = st.builds(
    Grant,
    scopes=st.frozensets(st.sampled_from(["domains_read", "domains_full", "email_full"]), min_size=1),
    test_mode=st.booleans(),
    expires_at=st.sampled_from([None, NOW, NOW + timedelta(days=1)]),
    domain_id=st.sampled_from([None, "0domain00domain0", "0domain00domain1"]),
    identity_id=st.sampled_from([None, "0identity0ident0"]),
    allowed_networks=st.lists(
        st.sampled_from(["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"]), max_size=2
    ).map(networks.canonical),
)


@given(grants, grants, grants)
def test_what_is_within_something_is_within_all_that_is_wider(small, middle, large):
    if not small.beyond(middle) and not middle.beyond(large):
        assert small.beyond(large) == ()


@given(grants)
def test_a_grant_never_goes_beyond_itself(grant):
    assert grant.beyond(grant) == ()
