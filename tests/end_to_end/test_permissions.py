"""IAM is enforced on the local cloud: what a role lacks is refused, so what works has the permission it needs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.test_identities import create, link_in

pytestmark = pytest.mark.end_to_end


@contextmanager
def without(cloud: LocalCloud, function: str, action: str) -> Iterator[None]:
    """A function's role without one action, while the test lasts."""
    iam = cloud.aws("iam")
    names = [role["RoleName"] for role in iam.list_roles()["Roles"] if f"{function}Role" in role["RoleName"]]
    (name,) = names
    taken: dict[str, str] = {}
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        taken[policy] = json.dumps(document)
        for statement in document["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            statement["Action"] = [each for each in actions if each != action] or ["none:None"]
        assert json.dumps(document) != taken[policy] or len(taken) > 1, f"{function} hasn't {action}"
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    try:
        yield
    finally:
        for policy, document in taken.items():
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("ses:CreateEmailIdentity", 409),  # for the operator to see to, and an alarm
        ("ses:PutEmailIdentityMailFromAttributes", 409),
        ("dynamodb:PutItem", 500),
    ],
)
def test_a_domain_cannot_be_registered_without(
    cloud: LocalCloud, account: Account, action: str, status: int
) -> None:
    name = f"{action.partition(':')[2].lower()}.permissions-one.com"
    with without(cloud, "DomainsFunction", action):
        assert account.sendara("POST", "/v1/domains", {"domain": name}).status == status
    assert account.sendara("POST", "/v1/domains", {"domain": name}).status == 201


def test_a_token_cannot_be_read_without(cloud: LocalCloud, account: Account) -> None:
    with without(cloud, "IdentitiesFunction", "dynamodb:GetItem"):
        answer = account.mailersend("GET", "/v1/identities")
    assert answer.status == 500
    assert answer.json == {"message": "Server error."}


def test_a_confirmation_page_cannot_be_shown_without(cloud: LocalCloud, account: Account) -> None:
    domain = account.verified_domain("mail.permissions-two.com")
    create(account, domain["id"], "reader@permissions-two-client.com")
    link = link_in(cloud, "reader@permissions-two-client.com")
    with without(cloud, "ConfirmationsFunction", "dynamodb:Query"):
        broken = cloud.send("GET", link)
    assert broken.status == 500
    assert "Something went wrong" in broken.text
    assert cloud.send("GET", link).status == 200


@pytest.mark.parametrize(
    ("function", "action"), [("OutboxRelay", "sqs:SendMessage*"), ("SendMail", "ses:SendRawEmail")]
)
def test_no_mail_leaves_without_and_none_is_lost(
    cloud: LocalCloud, account: Account, function: str, action: str
) -> None:
    name = f"{function.lower()}.permissions-three.com"
    domain = account.verified_domain(name)
    with without(cloud, function, action):
        create(account, domain["id"], f"reader@{name}")
        time.sleep(4)
        assert cloud.mails_to(f"reader@{name}") == []
    assert cloud.wait_for_mail(f"reader@{name}", seconds=60)


def test_no_account_can_be_opened_without(cloud: LocalCloud) -> None:
    body = {"name": "Nobody", "owner_email": "owner@permissions-four.com"}
    with without(cloud, "OperatorFunction", "dynamodb:PutItem"):
        assert cloud.call("POST", f"{cloud.control}/accounts", body).status >= 400
    assert cloud.call("POST", f"{cloud.control}/accounts", body).status == 201
