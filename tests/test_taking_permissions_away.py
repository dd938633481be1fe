"""The proof's own arithmetic: what a policy is without one pair of action and resource, and which permission allows a call."""

from __future__ import annotations

import pytest

from tests.end_to_end.permissions.granted import Permission, Use, lacking

TABLE, INDEX = "arn:aws:dynamodb:::table/t", "arn:aws:dynamodb:::table/t/index/i"
BOTH = {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": [TABLE, INDEX]}
ONE = {"Effect": "Allow", "Action": "sqs:SendMessage*", "Resource": "arn:aws:sqs:::q"}


def pairs(document):
    return {
        (action, resource)
        for each in document["Statement"]
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
        for resource in ([each["Resource"]] if isinstance(each["Resource"], str) else each["Resource"])
    }


def permission(action, resource, statement=0):
    return Permission("role", "policy", statement, action, resource)


@pytest.mark.parametrize("action", BOTH["Action"])
@pytest.mark.parametrize("resource", BOTH["Resource"])
def test_exactly_one_pair_is_missing(action, resource):
    whole = {"Statement": [BOTH, ONE]}

    less = lacking(whole, permission(action, resource))

    assert pairs(whole) - pairs(less) == {(action, resource)}
    assert pairs(less) <= pairs(whole)
    assert whole == {"Statement": [BOTH, ONE]}


def test_a_statement_of_one_pair_goes_altogether():
    less = lacking({"Statement": [BOTH, ONE]}, permission(ONE["Action"], ONE["Resource"], 1))
    assert less == {"Statement": [BOTH]}


@pytest.mark.parametrize(
    ("use", "covered"),
    [
        (Use("role", "sqs:SendMessage", "arn:aws:sqs:::q"), True),
        (Use("role", "sqs:SendMessageBatch", "arn:aws:sqs:::q"), True),
        (Use("role", "sqs:ReceiveMessage", "arn:aws:sqs:::q"), False),
        (Use("role", "sqs:SendMessage", "arn:aws:sqs:::q2"), False),
        (Use("other", "sqs:SendMessage", "arn:aws:sqs:::q"), False),
    ],
)
def test_a_call_is_allowed_by_action_resource_and_role(use, covered):
    assert permission(ONE["Action"], ONE["Resource"]).covers(use) is covered


def test_an_address_is_under_an_addresses_pattern_alone():
    addresses = permission("ses:GetEmailIdentity", "arn:aws:ses:::identity/*@*")
    assert addresses.covers(Use("role", "ses:GetEmailIdentity", "arn:aws:ses:::identity/a@b.com"))
    assert not addresses.covers(Use("role", "ses:GetEmailIdentity", "arn:aws:ses:::identity/b.com"))
