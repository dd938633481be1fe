"""Suppressions through the origin, IAM enforced: added, listed, looked up and removed in each dialect."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.deployed_with import deployed_with

pytestmark = pytest.mark.end_to_end


def shown(account: Account, which: str, query: str = "") -> list[str]:
    answer = account.mailersend("GET", f"/v1/suppressions/{which}{query}")
    assert answer.status == 200, answer.text
    return [one.get("pattern") or one["recipient"]["email"] for one in answer.json["data"]]


def test_lists_are_kept_by_domain_and_seen_as_one_elsewhere(account: Account) -> None:
    account.domain("client.suppressed.com")
    (domain,) = account.mailersend("GET", "/v1/domains").json["data"]
    for which in ("hard-bounces", "spam-complaints", "unsubscribes", "blocklist"):
        body = {"domain_id": domain["id"], "recipients": [f"amy@{which}.com", f"rory@{which}.com"]}
        added = account.mailersend("POST", f"/v1/suppressions/{which}", body)
        assert added.status == 201, added.text
        first = added.json["data"][0]["id"]
        assert len(shown(account, which, f"?domain_id={domain['id']}&limit=10")) == 2
        removed = account.mailersend("DELETE", f"/v1/suppressions/{which}", {"ids": [first]})
        assert (removed.status, removed.json) == (200, [])
        assert shown(account, which) == [f"rory@{which}.com"]
    union = account.sendara("GET", "/v1/suppressions?channel=email").json["suppressions"]
    assert {one["recipient"]: one["reason"] for one in union} == {
        "rory@hard-bounces.com": "hard_bounce",
        "rory@spam-complaints.com": "complaint",
        "rory@unsubscribes.com": "unsubscribe",
        "rory@blocklist.com": "blocklist",
    }
    for which in ("hard-bounces", "spam-complaints", "unsubscribes", "blocklist", "on-hold-list"):
        assert account.mailersend("DELETE", f"/v1/suppressions/{which}", {"all": True}).status == 200
    assert account.sendara("GET", "/v1/suppressions").json["suppressions"] == []


def test_sendaras_example_blocks_in_every_dialect_until_it_is_removed(account: Account) -> None:
    body = {"channel": "email", "recipient": "bounce@acme.com", "reason": "hard_bounce"}
    assert account.sendara("POST", "/v1/suppressions", body).status == 201
    patterns = {"patterns": ["*@acme.com"]}
    assert account.mailersend("POST", "/v1/suppressions/blocklist", patterns).status == 201
    asked = "/v1/suppressions/lookup?recipient=Bounce%40ACME.com"
    blocks = account.mailersend("GET", asked).json["data"]["blocks"]
    assert [block["list"] for block in blocks] == ["hard_bounces", "blocklist"]
    removed = account.sendara("DELETE", "/v1/suppressions?channel=email&recipient=bounce%40acme.com")
    assert (removed.status, removed.content) == (204, b"")
    found = account.sendmailos("GET", f"/api{asked}").json["lookup"]
    assert [block["pattern"] for block in found["blocks"]] == ["*@acme.com"]


def test_a_file_is_imported_by_a_job_and_comes_out_again(cloud: LocalCloud, account: Account) -> None:
    headers = {"Authorization": f"Bearer {account.tokens['sendara']}", "Content-Type": "text/csv"}
    rows = [*(f"somebody{number}@import.com,unsubscribes" for number in range(1500)), "nobody,unsubscribes"]
    # The last step has one address alone, and a pattern.
    text = "\n".join(["email,list", *rows, "last@import.com,unsubscribes", "*@import.net,blocklist"])
    url = f"{cloud.origin}/v1/suppressions/import?list=unsubscribes"
    with deployed_with(cloud, "JOB_SECONDS", "0.05"):  # one step, then others have their turn
        begun = cloud.send("POST", url, text.encode(), headers)
        assert begun.status == 202, begun.text
        job = f"/v1/jobs/{begun.json['id']}"
        done = cloud.until(lambda: account.sendara("GET", job).json, lambda job: job["status"] == "completed")
    assert (done["added"], done["refused"]) == (1502, 1)
    report = cloud.send("GET", f"{cloud.origin}{job}/result", headers=headers)
    assert report.text == "row,value,error\r\n1502,nobody,isn't a valid email address\r\n"
    exported = account.mailersend("POST", "/v1/suppressions/export?list=unsubscribes")
    assert exported.status == 202, exported.text
    path = f"/v1/jobs/{exported.json['data']['id']}"
    cloud.until(lambda: account.mailersend("GET", path).json["data"]["status"], "completed".__eq__)
    asked = {"Authorization": f"Bearer {account.tokens['mailersend']}"}
    rows = cloud.send("GET", f"{cloud.origin}{path}/result", headers=asked).text.splitlines()
    assert len(rows) == 1502
    assert rows[0] == "email,list,domain_id,reason,created_at,expires_at,note"
    for blocked in ("last%40import.com", "anybody%40import.net"):
        found = account.mailersend("GET", f"/v1/suppressions/lookup?recipient={blocked}").json["data"]
        assert len(found["blocks"]) == 1
