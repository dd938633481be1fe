"""What ends with all that it holds, IAM enforced: a full account, a domain whose end SES interrupts, what its owner deletes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.queues import queue_of
from tests.end_to_end.test_doctor import physical
from tests.end_to_end.test_identities import create
from tests.end_to_end.test_permissions import without
from tests.end_to_end.test_tokens import operate

pytestmark = pytest.mark.end_to_end


def full(cloud: LocalCloud, name: str, domain: str) -> Account:
    """An account with something in every table that an account's things lie in."""
    account = cloud.account(name)
    registered = account.verified_domain(domain)
    template = {"name": "welcome", "subject": "Hello {{ name }}", "text": "{{ name }}"}
    made = account.mailersend("POST", "/v1/templates", template)
    assert made.status == 201, made.text
    assert account.sendara("POST", "/v1/test-recipients", {"email": f"amy@{domain}"}).status == 201
    hook = {"endpoint_url": "https://hooks.example.com/in"}
    assert account.sendara("POST", "/v1/webhooks", hook).status == 201
    create(account, ours(account), f"amy@client.{domain}")
    body = {"channel": "email", "recipient": f"gone@{domain}", "reason": "manual"}
    assert account.sendara("POST", "/v1/suppressions", body).status == 201
    exported = account.mailersend("POST", "/v1/suppressions/export?list=blocklist")
    assert exported.status in {200, 202}, exported.text
    mails = [
        {
            "from": {"email": f"news@{domain}"},
            "to": [{"email": f"reader{number}@reader.example"}],
            "subject": "Hi",
            "text": "Hi",
        }
        for number in range(2)
    ]
    assert account.mailersend("POST", "/v1/bulk-email", mails).status == 202
    cloud.until(
        lambda: account.mailersend("GET", f"/v1/recipients?domain_id={ours(account)}").json["data"],
        lambda recipients: len(recipients) == 2,  # not the identity's own address
    )
    assert registered["id"]
    return account


def ours(account: Account) -> str:
    (domain,) = account.mailersend("GET", "/v1/domains").json["data"]
    identifier: str = domain["id"]
    return identifier


def left_of(cloud: LocalCloud, account: Account) -> dict[str, int]:
    """How many items name the account, by table, but for counters, which stand at none when there is nothing left to count."""
    dynamodb, found = cloud.aws("dynamodb"), {}
    for table in dynamodb.list_tables()["TableNames"]:
        if not table.startswith("letterhead-"):
            continue
        name = table.split("-")[1]
        pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        items = [str(item) for page in pages for item in page["Items"]]
        count = sum(account.account_id in item and "#count" not in item for item in items)
        if count:
            found[name] = count
    return found


def test_a_deleted_account_takes_everything_with_it(cloud: LocalCloud) -> None:
    account = full(cloud, "Ending Agency", "mail.ending-one.com")
    forgotten = account.mailersend("GET", f"/v1/recipients?domain_id={ours(account)}").json["data"][0]["id"]
    assert account.mailersend("DELETE", f"/v1/recipients/{forgotten}").status in {200, 204}
    assert account.mailersend("GET", f"/v1/recipients/{forgotten}").status == 404
    held = left_of(cloud, account)
    assert {"TemplatesTable", "SandboxTable", "SuppressionsTable", "JobsTable", "BulksTable"} <= set(held)
    assert {"MessagesTable", "ActivityTable", "CountsTable", "RecipientsTable", "EndpointsTable"} <= set(held)

    def deleted() -> Any:
        event = {"action": "delete_account", "account_id": account.account_id, "confirm": "Ending Agency"}
        return operate(cloud, **event).get("deleted")

    cloud.until(deleted, lambda done: done is True)

    # A name's claim keeps a memory; time takes away what else there is.
    kept = {"ClaimsTable", "LimitsTable", "IdempotencyTable", "AccessLogTable", "ConfirmationsTable"}
    streams = {"OutboxTable", "StrayEventsTable", "DeliveriesTable", "WaitingDeliveriesTable", "ChecksTable"}
    assert set(left_of(cloud, account)) <= kept | streams


def test_a_domains_end_that_ses_interrupts_is_completed_with_its_tokens_and_identities(
    cloud: LocalCloud, account: Account
) -> None:
    name = "mail.ending-two.com"
    account.verified_domain(name)
    domain_id = ours(account)
    identity = {"domain_id": domain_id, "name": "Amy", "email": "amy@ending-client.com"}
    made = account.mailersend("POST", "/v1/identities", identity)
    assert made.status == 201, made.text
    scopes = ["email_full", "domains_read"]
    restricted = [{"domain_id": domain_id}, {"identity_id": made.json["data"]["id"]}]
    for restriction in restricted:
        token = {"name": "narrow", "scopes": scopes, **restriction}
        assert account.mailersend("POST", "/v1/token", token).status in {200, 201}
    cloud.ses_fault(operation="DeleteEmailIdentity", code="TooManyRequestsException", times=2)

    assert account.sendara("DELETE", f"/v1/domains/{name}").status == 503

    assert account.sendara("GET", f"/v1/domains/{name}").status == 404
    for path in ("/v1/identities", "/v1/token"):
        cloud.until(
            lambda path=path: account.mailersend("GET", path).json["data"],
            lambda things: not any(thing["name"] in {"Amy", "narrow"} for thing in things),
            seconds=90,
        )


def test_a_deletion_that_broke_off_at_its_beginning_is_gone_on_with_to_its_end(
    cloud: LocalCloud, account: Account
) -> None:
    name = "mail.ending-three.com"
    account.verified_domain(name)
    domain_id = ours(account)
    identity = create(account, domain_id, "amy@ending-three-client.com")
    for restriction in ({"domain_id": domain_id}, {"identity_id": identity["id"]}):
        token = {"name": "narrow", "scopes": ["email_full"], **restriction}
        assert account.mailersend("POST", "/v1/token", token).status == 200
    hook = {"endpoint_url": "https://hooks.example.com/in", "domain_id": domain_id}
    assert account.sendara("POST", "/v1/webhooks", hook).status == 201
    with without(cloud, "DomainsFunction", "dynamodb:Query"):
        assert account.sendara("DELETE", f"/v1/domains/{name}").status == 500
    assert len(account.mailersend("GET", "/v1/token").json["data"]) == 3

    request = {
        "kind": "domain_completion",
        "account_id": account.account_id,
        "domain_id": stored_id(cloud, account),
    }
    queue = queue_of(cloud, "CompletionQueue")
    cloud.aws("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(request))

    gone = {"DomainsTable", "IdentitiesTable"}
    cloud.until(lambda: gone & set(left_of(cloud, account)), lambda left: not left)
    assert account.mailersend("GET", "/v1/identities").json["data"] == []
    assert account.sendara("GET", "/v1/webhooks").json["webhooks"] == []
    assert len(account.mailersend("GET", "/v1/token").json["data"]) == 1
    found = account.sendara("POST", "/v1/domains", {"domain": name})
    assert found.status == 201, found.text


def test_a_released_name_that_nobody_has_is_forgotten(cloud: LocalCloud, account: Account) -> None:
    name = "mail.ending-four.com"
    account.verified_domain(name)
    assert account.sendara("DELETE", f"/v1/domains/{name}").status == 204
    assert "ClaimsTable" in left_of(cloud, account)
    assert operate(cloud, action="release_name", name=name)["released"] is True
    assert "ClaimsTable" not in left_of(cloud, account)


def test_domains_that_cannot_be_read_end_too(cloud: LocalCloud) -> None:
    account = cloud.account("Spoilt Agency")
    names = [f"mail.spoilt-{number}.com" for number in range(3)]
    for name in names:
        account.domain(name)
    for name in names[1:]:
        cloud.aws("dynamodb").update_item(
            TableName=physical(cloud, "DomainsTable"),
            Key={"account_id": {"S": account.account_id}, "name": {"S": name}},
            UpdateExpression="SET registration = :odd",
            ExpressionAttributeValues={":odd": {"S": "of another version"}},
        )

    assert [each["domain"] for each in account.sendara("GET", "/v1/domains").json["domains"]] == names[:1]
    assert account.sendara("DELETE", f"/v1/domains/{names[1]}").status == 204
    act = {"action": "delete_account", "account_id": account.account_id, "confirm": "Spoilt Agency"}
    cloud.until(lambda: operate(cloud, **act)["deleted"], bool)

    assert "DomainsTable" not in left_of(cloud, account)
    known = {each["IdentityName"] for each in cloud.aws("sesv2").list_email_identities()["EmailIdentities"]}
    assert not known & set(names)


def stored_id(cloud: LocalCloud, account: Account) -> str:
    """The id of an account's only domain as it is stored."""
    found = cloud.aws("dynamodb").query(
        TableName=physical(cloud, "DomainsTable"),
        IndexName="by_id",
        KeyConditionExpression="account_id = :account",
        ExpressionAttributeValues={":account": {"S": account.account_id}},
    )
    (item,) = found["Items"]
    return str(item["domain_id"]["S"])


def test_what_its_owner_deletes_is_gone(account: Account) -> None:
    template = {"name": "welcome", "subject": "Hello", "text": "Hi"}
    template_id = account.mailersend("POST", "/v1/templates", template).json["data"]["id"]
    hook = account.sendara("POST", "/v1/webhooks", {"endpoint_url": "https://hooks.example.com/in"}).json
    for delete, path in (
        (account.mailersend, f"/v1/templates/{template_id}"),
        (account.sendara, f"/v1/webhooks/{hook['id']}"),
    ):
        assert delete("DELETE", path).status in {200, 204}
        assert delete("GET", path).status == 404
