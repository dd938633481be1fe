"""A domain's life through the origin: in all dialects, its records as files, the history of its checks, and its end."""

from __future__ import annotations

import json

import dns.zone
import pytest

from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end


def test_a_domain_made_at_mailersend_is_whole_in_the_others(cloud: LocalCloud, account: Account) -> None:
    made = account.mailersend("POST", "/v1/domains", {"name": "life-one.com"})
    assert made.status == 201
    domain_id = made.json["data"]["id"]
    records = account.mailersend("GET", f"/v1/domains/{domain_id}/dns-records").json["data"]
    assert records["return_path"]["hostname"] == "mta.life-one.com"
    assert records["spf"] == {
        "hostname": "mta.life-one.com", "type": "TXT", "value": "v=spf1 include:amazonses.com ~all",
    }  # fmt: skip
    assert [records[place]["type"] for place in ("dkim", "dkim_2", "dkim_3")] == ["CNAME"] * 3
    assert records["custom_tracking"] is records["inbound_routing"] is None

    unverified = account.mailersend("GET", f"/v1/domains/{domain_id}/verify").json
    assert unverified["message"] == "The domain is not verified."
    assert {unverified["data"][each] for each in ("dkim", "spf", "mx", "tracking", "cname", "rp_cname")} == {
        False
    }

    shown = account.sendara("GET", "/v1/domains/life-one.com").json
    assert shown["mail_from_domain"] == "mta.life-one.com"
    cloud.publish("life-one.com", shown["dns_records"])
    verified = account.mailersend("GET", f"/v1/domains/{domain_id}/verify").json
    assert verified["message"] == "The domain is verified."
    assert verified["data"]["dkim"] is verified["data"]["spf"] is verified["data"]["rp_cname"] is True
    assert account.sendara("GET", "/v1/domains/life-one.com").json["fully_verified"] is True
    (sendmailos,) = account.sendmailos("GET", "/api/v1/domains").json["domains"]
    assert sendmailos["status"] == "verified"


def test_mailersends_list_settings_and_recipients(cloud: LocalCloud, account: Account) -> None:
    for number in range(12):
        assert account.mailersend("POST", "/v1/domains", {"name": f"d{number}.life-two.com"}).status == 201
    first = account.mailersend("GET", "/v1/domains?limit=10").json
    assert (first["meta"]["total"], len(first["data"])) == (12, 10)
    second = cloud.call(
        "GET", first["links"]["next"], None, {"Authorization": f"Bearer {account.tokens['mailersend']}"}
    ).json
    assert len(second["data"]) == 2
    assert second["links"]["next"] is None
    assert account.mailersend("GET", "/v1/domains?verified=true").json["data"] == []
    assert account.mailersend("GET", "/v1/domains?verified=false&limit=100").json["meta"]["total"] == 12

    domain_id = first["data"][0]["id"]
    changed = account.mailersend(
        "PUT", f"/v1/domains/{domain_id}/settings", {"send_paused": True, "track_clicks": False}
    )
    assert changed.status == 200
    settings = account.mailersend("GET", f"/v1/domains/{domain_id}").json["data"]["domain_settings"]
    assert (settings["send_paused"], settings["track_clicks"], settings["track_opens"]) == (True, False, True)
    refused = account.mailersend("PUT", f"/v1/domains/{domain_id}/settings", {"send_paused": "yes"})
    assert (refused.status, list(refused.json["errors"])) == (422, ["send_paused"])
    recipients = account.mailersend("GET", f"/v1/domains/{domain_id}/recipients?page=1&limit=25").json
    assert (recipients["data"], recipients["links"]["last"]) == ([], None)

    again = account.mailersend("POST", "/v1/domains", {"name": "d1.life-two.com"})
    assert again.status == 422
    assert again.json == {
        "message": "The name has already been taken.",
        "errors": {"name": ["The name has already been taken."]},
    }


def test_sendmailos_reads_verifies_finds_and_deletes(cloud: LocalCloud, account: Account) -> None:
    made = account.sendmailos(
        "POST", "/api/v1/domains", {"domain": "life-three.com", "external_id": "client-3"}
    ).json["domain"]
    account.sendmailos(
        "POST", "/api/v1/domains", {"domain": "other.life-three.com", "external_id": "client-4"}
    )
    path = f"/api/v1/domains/{made['id']}"
    assert account.sendmailos("GET", path).json["domain"]["domain_name"] == "life-three.com"
    found = account.sendmailos("GET", "/api/v1/domains?external_id=client-3").json["domains"]
    assert [domain["id"] for domain in found] == [made["id"]]

    records = account.sendmailos("GET", f"{path}/records").json["dns_records"]
    cloud.publish("life-three.com", records)
    tried = account.sendmailos("POST", f"{path}/verify?dry_run=true").json
    assert tried["domain"]["status"] == "verified"
    assert account.sendmailos("GET", path).json["domain"]["status"] == "pending"
    assert account.sendmailos("POST", f"{path}/verify").json["domain"]["status"] == "verified"
    assert account.sendmailos("GET", path).json["domain"]["verified_at"]

    assert account.sendmailos("DELETE", path).status == 204
    assert account.sendmailos("GET", path).status == 404
    assert account.sendmailos("DELETE", path).status == 404


def test_records_can_be_downloaded_in_every_form(cloud: LocalCloud, account: Account) -> None:
    made = account.domain("life-four.com")
    path = f"/v1/domains/{made['id']}/records"
    zone = account.sendara("GET", f"{path}?format=zone")
    assert zone.headers["Content-Type"].startswith("text/dns")
    assert "life-four.com.zone" in zone.headers["Content-Disposition"]
    parsed = dns.zone.from_text(zone.text, origin="life-four.com.", check_origin=False)
    assert len([name for name, _ in parsed.iterate_rdatasets()]) == 6
    cloud.set_zone("life-four.com", zone.text)
    assert account.verify("life-four.com")["fully_verified"] is True

    batch = json.loads(account.sendara("GET", f"{path}?format=route53").text)
    assert [change["Action"] for change in batch["Changes"]] == ["CREATE"] * 6
    for form in ("terraform", "cloudflare"):
        json.loads(account.sendara("GET", f"{path}?format={form}").text)
    assert account.sendara("GET", f"{path}?format=csv").text.count("\r\n") == 7
    refused = account.sendara("GET", f"{path}?format=word")
    assert refused.status == 400
    assert refused.json["error"]["message"].startswith("format: ")


def test_every_check_is_kept_and_an_unchanged_one_extends_the_last(
    cloud: LocalCloud, account: Account
) -> None:
    made = account.domain("life-five.com")
    for _ in range(3):
        account.verify("life-five.com")
    cloud.publish("life-five.com", made["dns_records"])
    account.verify("life-five.com")
    page = account.sendara("GET", "/v1/domains/life-five.com/checks").json
    assert [entry["checks"] for entry in page["checks"]] == [1, 3]
    newest = page["checks"][0]
    assert {row["status"] for row in newest["results"]} == {"verified"}
    assert {question["answer"] for question in newest["questions"]} == {"present"}
    assert all(question["server"] and question["ttl"] for question in newest["questions"])

    first = account.sendara("GET", "/v1/domains/life-five.com/checks?limit=1").json
    second = account.sendara(
        "GET", f"/v1/domains/life-five.com/checks?limit=1&cursor={first['next_cursor']}"
    ).json
    assert first["checks"] + second["checks"] == page["checks"]
    assert second["next_cursor"] is None


def test_a_deleted_domain_takes_its_tokens_and_identities_with_it(
    cloud: LocalCloud, account: Account
) -> None:
    made = account.verified_domain("mail.life-six.com")
    inner = account.mailersend("GET", "/v1/domains").json["data"][0]["id"]
    body = {"domain_id": inner, "email": "amy@life-six-client.com", "name": "Amy"}
    identity = account.mailersend("POST", "/v1/identities", body).json["data"]
    wanted = {"name": "client", "domain_id": inner, "scopes": ["domains_read"]}
    token = account.mailersend("POST", "/v1/token", wanted).json["data"]
    bearer = {"Authorization": f"Bearer {token['accessToken']}"}
    assert cloud.call("GET", f"{cloud.origin}/v1/domains/{inner}", None, bearer).status == 200

    assert account.sendara("DELETE", f"/v1/domains/{made['id']}").status == 204
    assert account.sendara("GET", f"/v1/domains/{made['id']}").status == 404
    assert account.mailersend("GET", f"/v1/identities/{identity['id']}").status == 404
    assert cloud.call("GET", f"{cloud.origin}/v1/domains", None, bearer).status == 401
    assert account.sendara("DELETE", f"/v1/domains/{made['id']}").status == 404
    again = account.domain("mail.life-six.com")
    assert (again["id"] != made["id"], len(again["dns_records"])) == (True, 6)


def test_a_deletion_that_ses_throttled_completes_by_itself(
    cloud: LocalCloud, account: Account, other_account: Account
) -> None:
    account.domain("mail.life-seven.com")
    cloud.ses_fault(operation="DeleteEmailIdentity", code="TooManyRequestsException", times=2)
    busy = account.sendara("DELETE", "/v1/domains/mail.life-seven.com")
    assert busy.status == 503
    assert account.sendara("GET", "/v1/domains/mail.life-seven.com").status == 404

    def try_to_have_it() -> int:
        answer = account.sendara("POST", "/v1/domains", {"domain": "mail.life-seven.com"})
        return answer.status

    assert cloud.until(try_to_have_it, lambda status: status == 201)
    # Nothing is left of it at SES: another account finds the name uncontested once it is deleted.
    assert account.sendara("DELETE", "/v1/domains/mail.life-seven.com").status == 204
    assert other_account.domain("mail.life-seven.com")["ownership_challenge"]["status"] == "not_required"
