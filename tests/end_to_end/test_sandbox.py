"""An account without a domain tries its mail out, and a reader has enough of an account's mail: IAM enforced."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CLICK = b"List-Unsubscribe=One-Click"


def test_an_account_without_a_domain_writes_to_who_agreed_and_to_nobody_else(cloud: LocalCloud) -> None:
    account = cloud.account("Newcomer")
    assert account.sendara("GET", "/v1/account/verification").json["sandbox_mode"] is True
    added = account.sendara("POST", "/v1/test-recipients", {"email": "rory@tryout.example"})
    assert (added.status, added.json["status"]) == (201, "pending")
    test = {
        "destination": {"email": "rory@tryout.example"},
        "payload": {"subject": "A test", "body_text": "Hi"},
        "test_send": True,
    }
    assert account.sendara("POST", "/v1/send", test).status == 403

    asked = cloud.wait_for_mail("rory@tryout.example")
    link = re.search(r"https?://\S+/test-recipients/\S+", asked["text"])[0]
    page = cloud.call("GET", link)
    assert (page.status, "Newcomer" in page.text) == (200, True)
    assert account.sendara("POST", "/v1/send", test).status == 403
    visit = re.search(r'name="visit" value="([^"]+)"', page.text)[1]
    form = urlencode({"visit": visit, "decision": "confirm"}).encode()
    assert cloud.send("POST", link, form, FORM).status == 200
    assert account.sendara("GET", "/v1/test-recipients").json["recipients"][0]["status"] == "verified"

    sent = account.sendara("POST", "/v1/send", test)
    assert sent.status == 201, sent.text
    cloud.until(
        lambda: [mail["subject"] for mail in cloud.mails_to("rory@tryout.example")],
        lambda subjects: "A test" in subjects,
    )
    exported = cloud.operator(action="export_account", account_id=account.account_id)
    assert [each["email"]["local"] for each in exported["test_recipients"]] == ["rory"]
    assert account.sendara("DELETE", f"/v1/test-recipients/{added.json['id']}").status == 204
    assert account.sendara("POST", "/v1/send", test).status == 403


def test_who_cannot_be_asked_is_shown_with_why(cloud: LocalCloud) -> None:
    account = cloud.account("Barred")
    blocked = {"recipients": ["rory@barred.example"]}
    assert account.mailersend("POST", "/v1/suppressions/blocklist", blocked).status == 201
    assert account.sendara("POST", "/v1/test-recipients", {"email": "rory@barred.example"}).status == 201
    cloud.until(
        lambda: account.sendara("GET", "/v1/test-recipients").json["recipients"][0]["mail_failure"],
        lambda failure: failure == "suppressed",
    )
    assert cloud.mails_to("rory@barred.example") == []


def test_a_reader_unsubscribes_with_one_click_from_that_domain(cloud: LocalCloud) -> None:
    account = cloud.account("Marketer")
    account.verified_domain("offers.example")
    offer = {
        "destination": {"email": "ria@reader.example"},
        "payload": {"subject": "An offer", "body_text": "Buy"},
        "metadata": {"from_email": "news@offers.example"},
        "message_type": "marketing",
    }
    sent = account.sendara("POST", "/v1/send", offer)
    assert sent.status == 201, sent.text
    raw = cloud.wait_for_mail("ria@reader.example")["raw"]
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw
    link = re.search(r"List-Unsubscribe:\s+<([^>]+)>", raw)[1]

    assert cloud.call("GET", link).status == 200
    assert account.sendara("POST", "/v1/send", offer).status == 201
    assert cloud.send("POST", link, CLICK, FORM).status == 200
    refused = account.sendara("POST", "/v1/send", offer)
    assert (refused.status, refused.json["error"]["code"]) == (409, "recipient_suppressed")
    (entry,) = account.sendara("GET", "/v1/suppressions").json["suppressions"]
    assert (entry["recipient"], entry["reason"]) == ("ria@reader.example", "unsubscribe")
    cloud.delete_zone("offers.example")


def test_an_account_with_a_verified_domain_is_out_of_the_sandbox(account: Account) -> None:
    account.verified_domain("mail.out-of-sandbox.com")
    assert account.sendara("GET", "/v1/account/verification").json["sandbox_mode"] is False
