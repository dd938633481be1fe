"""Domains through the origin: the seeds' calls, real DNS, SES in trouble."""

from __future__ import annotations

import re

import pytest

from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end

SECONDS_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TRIES = 2  # of one call to SES: letterhead.adapters.ses_identities
SIX = ["CNAME", "CNAME", "CNAME", "MX", "TXT", "TXT"]


def test_a_domain_goes_from_six_pending_records_to_fully_verified(
    cloud: LocalCloud, account: Account
) -> None:
    registered = account.sendara("POST", "/v1/domains", {"domain": "mail.acme-one.com"})
    assert registered.status == 201
    domain = registered.json
    assert list(domain)[:10] == [
        "id", "domain", "dkim_status", "spf_status", "dmarc_status", "txt_status", "mail_from_domain", "dns_records",
        "created_at", "updated_at",
    ]  # fmt: skip
    assert re.fullmatch(r"dom_[0-9a-f]{32}", domain["id"])
    assert SECONDS_FORM.fullmatch(domain["created_at"])
    assert domain["mail_from_domain"] == "mail.mail.acme-one.com"
    assert [record["type"] for record in domain["dns_records"]] == SIX

    before = account.sendara("POST", "/v1/domains/mail.acme-one.com/verify").json
    assert before["fully_verified"] is False
    assert [row["status"] for row in before["results"]] == ["pending"] * 6
    assert all(row["detail"] for row in before["results"])

    cloud.publish("mail.acme-one.com", domain["dns_records"])
    after = account.sendara("POST", f"/v1/domains/{domain['id']}/verify").json
    assert after["fully_verified"] is True
    assert [row["status"] for row in after["results"]] == ["verified"] * 6
    assert all("detail" not in row for row in after["results"])

    shown = account.sendara("GET", "/v1/domains/mail.acme-one.com").json
    assert {shown[field] for field in ("dkim_status", "spf_status", "dmarc_status", "txt_status")} == {
        "verified"
    }
    listed = account.sendmailos("GET", "/api/v1/domains").json
    assert listed["success"] is True
    (entry,) = listed["domains"]
    assert entry["domain_name"] == "mail.acme-one.com"
    assert entry["status"] == "verified"
    assert SECONDS_FORM.fullmatch(entry["verified_at"])


def test_sendmailos_registers_with_external_id_and_metadata(account: Account) -> None:
    body = {
        "domain": "yourcompany.com",
        "external_id": "client_domain_123",
        "metadata": {"client_name": "Acme Corp", "plan": "enterprise"},
    }
    answer = account.sendmailos("POST", "/api/v1/domains", body)
    assert answer.status == 201
    domain = answer.json["domain"]
    assert list(domain)[:8] == [
        "id", "domain_name", "status", "external_id", "metadata", "dkim_tokens", "created_at", "dns_records",
    ]  # fmt: skip
    assert domain["metadata"] == body["metadata"]
    assert domain["external_id"] == "client_domain_123"
    assert len(domain["dkim_tokens"]) == 3
    assert [record["type"] for record in domain["dns_records"]] == ["CNAME"] * 3


def test_an_unanswered_question_changes_no_status(cloud: LocalCloud, account: Account) -> None:
    domain = account.verified_domain("steady.acme-two.com")
    for record, mode in zip(
        domain["dns_records"], ["servfail", "refused", "drop", "servfail", "drop", "refused"], strict=True
    ):
        cloud.fault(record["name"], mode)
    verified = account.sendara("POST", "/v1/domains/steady.acme-two.com/verify").json
    assert {row["status"] for row in verified["results"]} == {"verified"}
    for record in domain["dns_records"]:
        cloud.fault(record["name"], "ok")


def test_a_record_taken_away_fails_at_the_next_look(cloud: LocalCloud, account: Account) -> None:
    domain = account.verified_domain("gone.acme-three.com")
    cloud.publish("gone.acme-three.com", domain["dns_records"][:-1])
    verified = account.sendara("POST", "/v1/domains/gone.acme-three.com/verify").json
    assert [row["status"] for row in verified["results"]] == ["verified"] * 5 + ["failed"]
    assert "_dmarc" in verified["results"][-1]["detail"]


def test_the_provider_that_throttles_leaves_a_registration_that_the_next_try_completes(
    cloud: LocalCloud, account: Account
) -> None:
    cloud.ses_fault(
        operation="PutEmailIdentityMailFromAttributes", code="TooManyRequestsException", times=TRIES
    )
    busy = account.sendara("POST", "/v1/domains", {"domain": "busy.acme-four.com"})
    assert busy.status == 503
    assert int(busy.headers["Retry-After"]) > 0
    assert busy.json["error"]["status"] == 503
    completed = account.sendara("POST", "/v1/domains", {"domain": "busy.acme-four.com"})
    assert completed.status == 201
    assert len(completed.json["dns_records"]) == 6
    assert account.sendara("POST", "/v1/domains", {"domain": "busy.acme-four.com"}).status == 409


def test_a_registration_that_ses_throttled_completes_by_itself_among_names_of_others(
    cloud: LocalCloud, account: Account, other_account: Account
) -> None:
    other_account.domain("elsewhere.acme-four.com")
    cloud.ses_fault(operation="CreateEmailIdentity", code="TooManyRequestsException", times=2 * TRIES)
    assert account.sendara("POST", "/v1/domains", {"domain": "later.acme-four.com"}).status == 503
    shown = cloud.until(
        lambda: account.sendara("GET", "/v1/domains/later.acme-four.com").json,
        lambda domain: len(domain["dns_records"]) == 6,
    )
    # Whoever was told to try again later gets the answer that it missed, once.
    assert account.sendara("POST", "/v1/domains", {"domain": "later.acme-four.com"}).json["id"] == shown["id"]
    assert account.sendara("POST", "/v1/domains", {"domain": "later.acme-four.com"}).status == 409


def test_another_accounts_domain_is_as_unknown_as_none(account: Account, other_account: Account) -> None:
    domain = account.sendara("POST", "/v1/domains", {"domain": "private.acme-six.com"}).json
    for path in (f"/v1/domains/{domain['id']}", "/v1/domains/private.acme-six.com"):
        foreign = other_account.sendara("GET", path)
        unknown = other_account.sendara("GET", "/v1/domains/nobody.acme-six.com")
        assert foreign.status == unknown.status == 404
        assert foreign.json == unknown.json
    assert other_account.sendara("POST", f"/v1/domains/{domain['id']}/verify").status == 404
    assert domain["id"] not in other_account.sendara("GET", "/v1/domains").text
