"""To whom a name belongs, through the origin: the attacks on it, with real DNS and SES's own identities."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.queues import queue_of
from tests.end_to_end.test_background_checks import HOUR, Future
from tests.end_to_end.test_doctor import physical
from tests.end_to_end.test_domains import TRIES
from tests.end_to_end.watching.breaking import unread
from tests.end_to_end.watching.measured import Watch

pytestmark = pytest.mark.end_to_end

THREE = ["MX", "TXT", "TXT"]
SIX = ["CNAME", "CNAME", "CNAME", "MX", "TXT", "TXT"]


def types(domain: dict[str, Any]) -> list[str]:
    return [record["type"] for record in domain["dns_records"]]


def ownership_row(verified: dict[str, Any]) -> dict[str, Any]:
    (row,) = [row for row in verified["results"] if row["field"] == "ownership_status"]
    return row


@pytest.mark.parametrize(
    "name", ["taken.own-one.com", "own-one.com", "sub.taken.own-one.com", "TAKEN.own-one.com."]
)
def test_a_name_at_above_or_below_anothers_is_registered_but_unproven(
    account: Account, other_account: Account, name: str
) -> None:
    account.sendara("POST", "/v1/domains", {"domain": "taken.own-one.com"})
    contested = other_account.domain(name)
    challenge = contested["ownership_challenge"]
    assert types(contested) == THREE
    assert challenge["type"] == "TXT"
    assert challenge["name"] == f"_letterhead-challenge.{contested['domain']}"
    assert len(challenge["value"].partition("=")[2]) >= 32
    assert challenge["status"] == "pending"
    row = ownership_row(other_account.verify(contested["domain"]))
    assert (row["status"], row["name"]) == ("pending", challenge["name"])
    assert row["detail"]
    assert other_account.sendara("DELETE", f"/v1/domains/{contested['domain']}").status == 204


def test_records_that_another_account_published_verify_nobody_else(
    cloud: LocalCloud, account: Account, other_account: Account
) -> None:
    account.verified_domain("mail.own-two.com")
    thief = other_account.domain("mail.own-two.com")
    verified = other_account.verify("mail.own-two.com")
    assert verified["fully_verified"] is False
    mailersend = other_account.mailersend("GET", "/v1/domains").json["data"]
    assert [domain["is_verified"] for domain in mailersend] == [False]
    (sendmailos,) = other_account.sendmailos("GET", "/api/v1/domains").json["domains"]
    assert sendmailos["status"] == "pending"
    assert types(thief) == THREE
    # The holder needs nothing new.
    assert account.verify("mail.own-two.com")["fully_verified"] is True


def test_proof_moves_the_name_and_the_loser_sees_it(
    cloud: LocalCloud, account: Account, other_account: Account
) -> None:
    loser = account.verified_domain("mail.own-three.com")
    winner = other_account.domain("mail.own-three.com")
    cloud.publish("mail.own-three.com", [*loser["dns_records"], winner["ownership_challenge"]])
    verified = other_account.verify("mail.own-three.com")
    assert ownership_row(verified)["status"] == "verified"
    assert verified["fully_verified"] is True
    assert types(other_account.sendara("GET", "/v1/domains/mail.own-three.com").json) == SIX

    seen = account.sendara("GET", "/v1/domains/mail.own-three.com").json
    assert types(seen) == THREE
    assert seen["fully_verified"] is False
    assert seen["can_send"] is False
    assert seen["ownership_lost_at"]
    assert seen["ownership_challenge"]["status"] == "pending"
    assert seen["ownership_challenge"]["value"] != loser["ownership_challenge"]["value"]
    assert account.verify("mail.own-three.com")["fully_verified"] is False
    assert other_account.verify("mail.own-three.com")["fully_verified"] is True


def test_a_wildcard_or_an_alias_proves_nothing(
    cloud: LocalCloud, account: Account, other_account: Account
) -> None:
    records = account.verified_domain("mail.own-four.com")["dns_records"]
    challenge = other_account.domain("mail.own-four.com")["ownership_challenge"]
    wildcard = {**challenge, "name": "*.mail.own-four.com"}
    alias = {"type": "CNAME", "name": challenge["name"], "value": "proof.own-four.net"}
    elsewhere = {**challenge, "name": "proof.own-four.net"}
    another = {**challenge, "value": challenge["value"][:-1] + "x"}
    cloud.publish("own-four.net", [elsewhere])
    for trick in ([wildcard], [alias], [another]):
        cloud.publish("mail.own-four.com", [*records, *trick])
        assert ownership_row(other_account.verify("mail.own-four.com"))["status"] == "failed"
    assert account.verify("mail.own-four.com")["fully_verified"] is True


@pytest.mark.parametrize("mode", ["servfail", "refused", "drop"])
def test_a_server_that_does_not_answer_proves_nothing(
    cloud: LocalCloud, account: Account, other_account: Account, mode: str
) -> None:
    zone = f"{mode}.own-five.com"
    records = account.verified_domain(zone)["dns_records"]
    challenge = other_account.domain(zone)["ownership_challenge"]
    cloud.publish(zone, [*records, challenge])
    cloud.fault(challenge["name"], mode)
    assert ownership_row(other_account.verify(zone))["status"] == "pending"
    cloud.fault(challenge["name"], "ok")
    assert ownership_row(other_account.verify(zone))["status"] == "verified"


def test_records_left_in_dns_do_not_verify_who_comes_after(
    cloud: LocalCloud, account: Account, other_account: Account
) -> None:
    account.verified_domain("mail.own-six.com")
    assert account.sendara("DELETE", "/v1/domains/mail.own-six.com").status == 204
    late = other_account.domain("mail.own-six.com")
    assert late["ownership_challenge"]["status"] == "pending"
    assert other_account.verify("mail.own-six.com")["fully_verified"] is False


def test_the_operator_transfers_and_releases_a_name(
    cloud: LocalCloud, account: Account, other_account: Account
) -> None:
    records = account.verified_domain("mail.own-seven.com")["dns_records"]
    other_account.domain("mail.own-seven.com")
    moved = cloud.operator(
        action="transfer_name", name="mail.own-seven.com", account_id=other_account.account_id
    )
    assert moved["transferred"] is True
    assert cloud.until(
        lambda: other_account.verify("mail.own-seven.com"), lambda verified: verified["fully_verified"]
    )
    assert account.verify("mail.own-seven.com")["fully_verified"] is False

    released = cloud.operator(action="release_name", name="mail.own-seven.com")
    assert released == {"account_id": other_account.account_id, "released": True}
    assert other_account.verify("mail.own-seven.com")["fully_verified"] is False
    third = cloud.account("A third agency")
    cloud.publish("mail.own-seven.com", records)
    assert cloud.operator(action="transfer_name", name="mail.own-seven.com", account_id=third.account_id)[
        "error"
    ]


SWEEPS = 3


def verified_again(cloud: LocalCloud, account: Account, name: str) -> None:
    account.verify(name)


def swept(cloud: LocalCloud, account: Account, name: str) -> None:
    future = Future(cloud, account)
    for _ in range(SWEEPS):  # the first of which may have been made for others
        future.after(7 * HOUR)


def gone_on_with(cloud: LocalCloud, account: Account, name: str) -> None:
    key = {"account_id": {"S": account.account_id}, "name": {"S": name}}
    found = cloud.aws("dynamodb").get_item(TableName=physical(cloud, "DomainsTable"), Key=key)["Item"]
    request = {
        "kind": "domain_completion",
        "account_id": account.account_id,
        "domain_id": found["domain_id"]["S"],
    }
    queue = queue_of(cloud, "CompletionQueue")
    cloud.aws("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(request))


@pytest.mark.parametrize("look", [verified_again, swept, gone_on_with])
def test_a_held_names_identity_at_ses_is_made_ours_again_whatever_somebody_made_of_it(
    cloud: LocalCloud, account: Account, look: Callable[[LocalCloud, Account, str], None]
) -> None:
    name = f"{look.__name__.replace('_', '-')}.own-eight.com"
    account.verified_domain(name)
    ses = cloud.aws("sesv2")
    ours = ses.get_email_identity(EmailIdentity=name)
    ses.delete_email_identity(EmailIdentity=name)
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    own = {"DomainSigningSelector": "theirs", "DomainSigningPrivateKey": base64.b64encode(key).decode()}
    ses.create_email_identity(EmailIdentity=name, DkimSigningAttributes=own)

    # Whoever looks puts it right alone: nobody goes on with what is left undone.
    with nullcontext() if look is gone_on_with else unread(Watch(cloud), "CompletionQueue"):
        look(cloud, account, name)

        made = cloud.until(
            lambda: ses.get_email_identity(EmailIdentity=name), lambda found: found["Tags"] == ours["Tags"]
        )
        assert made["ConfigurationSetName"] == ours["ConfigurationSetName"]
        assert made["DkimAttributes"]["SigningAttributesOrigin"].startswith("AWS_SES")
        cloud.until(
            lambda: ses.get_email_identity(EmailIdentity=name)["MailFromAttributes"]["MailFromDomain"],
            lambda domain: domain == ours["MailFromAttributes"]["MailFromDomain"],
        )


def test_what_a_sweep_could_not_put_right_at_ses_is_put_right_soon_after(
    cloud: LocalCloud, account: Account
) -> None:
    name = "mail.own-nine.com"
    account.verified_domain(name)
    ses = cloud.aws("sesv2")
    ses.delete_email_identity(EmailIdentity=name)
    # Whatever the sweeps themselves try is refused.
    tries = SWEEPS * TRIES
    cloud.ses_fault(operation="CreateEmailIdentity", code="TooManyRequestsException", times=tries)

    def known() -> bool:
        return name in {each["IdentityName"] for each in ses.list_email_identities()["EmailIdentities"]}

    try:
        swept(cloud, account, name)
        cloud.until(known, bool)
    finally:
        cloud.ses_fault(clear=True)
