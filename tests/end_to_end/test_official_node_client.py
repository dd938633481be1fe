"""MailerSend's own client for Node does what its users do, with only the base URL of its modules changed."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.node_program import running
from tests.end_to_end.test_identities import confirm, link_in
from tests.fakes.receiver import receiver

pytestmark = pytest.mark.end_to_end

DOMAIN, CLIENT = "node-official.com", "amy@node-client-official.com"
# 200 unless it says otherwise here.
STATUSES = {
    "domain.create": 201,
    "domain.delete": 204,
    "identity.create": 201,
    "email.send": 202,
    "email.send as the identity": 202,
    "email.sendBulk": 202,
    "email.send as a stranger": 422,
    "email.send later": 202,
    "email.send by a template": 202,
    "email.send to the blocked": 202,
    "schedule.delete": 204,
    "template.create": 201,
    "template.delete": 204,
    "recipient.blockRecipients": 201,
    "webhook.create": 201,
    "webhook.delete": 204,
    "identity.single of a deleted one": 404,
}


def test_the_node_client_does_what_its_users_do(cloud: LocalCloud, account: Account) -> None:
    with receiver() as program, running("calls.cjs") as node:
        told = {"origin": cloud.origin, "apiKey": account.tokens["mailersend"], "domain": DOMAIN}
        assert node.go_on({**told, "client": CLIENT, "receiver": program.url}) == "for the zone"
        cloud.publish(DOMAIN, account.sendara("GET", f"/v1/domains/{DOMAIN}").json["dns_records"])
        assert node.go_on() == "for the first confirmation mail"
        cloud.wait_for_mail(CLIENT)
        assert node.go_on() == "for the consent"
        assert node.calls["domain.verify"].body["message"] == "The domain is verified."
        cloud.until(lambda: cloud.mails_to(CLIENT), lambda mails: len(mails) == 2)
        assert confirm(cloud, link_in(cloud, CLIENT)) == 200
        assert node.go_on() == "for the events"
        sent = node.calls["email.send"].headers["x-message-id"]
        _arrived(cloud)
        shown = f"/v1/messages/{sent}"
        cloud.until(
            lambda: account.mailersend("GET", shown).json["data"]["emails"],
            lambda mails: {each["status"] for each in mails} == {"delivered"},
        )
        assert node.go_on(sent) is None
    cloud.delete_zone(DOMAIN)

    got = node.calls
    assert {name: call.status for name, call in got.items()} == {
        name: STATUSES.get(name, 200) for name in got
    }
    assert len(got) == 46
    identity = got["identity.create"].body["data"]
    for name in ("identity.single", "identity.singleByEmail", "identity.update", "identity.updateByEMail"):
        assert (got[name].body["data"]["id"], got[name].body["data"]["reply_to_name"]) == (
            identity["id"],
            "Help",
        )
    assert got["identity.updateByEMail"].body["data"]["name"] == "Amy C"
    assert [each["id"] for each in got["identity.list"].body["data"]] == [identity["id"]]
    assert [each["name"] for each in got["domain.list"].body["data"]] == [DOMAIN]
    assert got["email.send"].headers["content-type"] == "text/html; charset=UTF-8"
    assert len(got["email.getBulkStatus"].body["data"]["messages_id"]) == 2
    assert "from.email" in got["email.send as a stranger"].body["errors"]
    assert got["email.send to the blocked"].body["warnings"][0]["type"] == "ALL_SUPPRESSED"
    assert len(got["schedule.list"].body["data"]) == 1
    assert sent in {each["id"] for each in got["message.list"].body["data"]}
    assert got["message.single"].body["data"]["id"] == sent
    assert got["activity.domain"].body["data"]


def _arrived(cloud: LocalCloud) -> None:
    got = cloud.wait_for_mail("nd1@reader.example")
    assert (got["from"], got["to"], got["cc"], got["subject"]) == (
        f"Näws <news@{DOMAIN}>",
        ["Rita <nd1@reader.example>"],
        ["nd-copy@reader.example"],
        "Grüße Ann & Bob",
    )
    assert (got["text"].strip(), got["html"].strip()) == (
        "Hällo Ann & Bob",
        "<p>Hällo Ann &amp; Bob</p>",
    )
    assert [(file["filename"], file["size"]) for file in got["attachments"]] == [("täble.csv", 5)]
    headers = {name.lower(): value for name, value in got["headers"].items()}
    assert (headers["x-campaign"], headers["precedence"]) == ("spring", "bulk")
    assert "nd-blind" not in got["raw"]
    as_identity = cloud.wait_for_mail("nd2@reader.example")
    assert (as_identity["from"], as_identity["reply_to"]) == (
        f"Amy C <{CLIENT.replace('@', '.').replace('.com', '-com')}@{DOMAIN}>",
        [f"Help <help@{CLIENT.split('@')[1]}>"],
    )
    for to in ("nd3@reader.example", "nd4@reader.example"):
        assert cloud.wait_for_mail(to)["subject"] == "Hi"
    assert cloud.wait_for_mail("nd7@reader.example")["text"].strip() == "Dear Zoë"
    assert cloud.mails_to("nd8@reader.example") == []
