"""How an account asks for consent, and how it hears of the answer: settings, the mail in its own words, the outbox."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.test_identities import confirm, create, link_in

pytestmark = pytest.mark.end_to_end

SETTINGS = "/v1/identities/settings"


def test_the_owner_of_an_account_is_told_once_of_a_refusal(cloud: LocalCloud) -> None:
    answer = cloud.call(
        "POST", f"{cloud.control}/accounts", {"name": "Told Agency", "owner_email": "owner@told-agency.com"}
    )
    account = Account(cloud, answer.json["account_id"], answer.json["tokens"])
    domain = account.verified_domain("mail.told-agency.com")
    create(account, domain["id"], "no@client-told.com")
    create(account, domain["id"], "yes@client-told.com")
    link = link_in(cloud, "no@client-told.com")
    assert confirm(cloud, link, "wasn.t me") == 200
    assert confirm(cloud, link_in(cloud, "yes@client-told.com")) == 200

    def refusals() -> list[dict[str, object]]:
        return [mail for mail in cloud.mails_to("owner@told-agency.com") if "refused" in mail["subject"]]

    (mail,) = cloud.until(refusals, bool)
    assert mail["subject"] == "no@client-told.com refused to be a sender of Told Agency"
    assert "no-reply@shared.letterhead.example" in str(mail["from"])
    table = cloud.physical["OutboxTable"]

    def events() -> list[dict[str, object]]:
        return cloud.aws("dynamodb").query(
            TableName=table,
            KeyConditionExpression="account_id = :account",
            ExpressionAttributeValues={":account": {"S": account.account_id}},
        )["Items"]

    told = cloud.until(events, lambda items: any("owner_told_at" in item for item in items))
    assert {item["type"]["S"] for item in told} == {
        "domain.verified",
        "sender_identity.refused",
        "sender_identity.verified",
    }
    assert len(refusals()) == 1


def test_an_account_asks_in_its_own_words(cloud: LocalCloud, account: Account) -> None:
    domain = account.verified_domain("mail.agency-words.com")
    chosen = {
        "sender_name": "The people at Words",
        "sender_local_part": "hello",
        "subject": "{{ asker }} would like to write as {{ name }}",
        "html": "<h1>Dear {{ name }}</h1><p>{{ note }}</p>{{ button }}",
        "text": "Dear {{ name }},\n{{ note }}\n{{ link }}",
        "button_text": "Have a look",
        "success_message": "Thank you <3",
    }
    refused = account.mailersend("PUT", SETTINGS, chosen | {"html": "<script>alert(1)</script>{{ button }}"})
    assert (refused.status, list(refused.json["errors"])) == (422, ["html"])
    stored = account.mailersend("PUT", SETTINGS, chosen)
    assert stored.status == 200, stored.text
    assert account.mailersend("GET", SETTINGS).json == stored.json
    preview = account.mailersend("POST", f"{SETTINGS}/preview", {"domain_id": domain["id"]}).json["data"]
    assert preview["from"] == '"The people at Words" <hello@mail.agency-words.com>'

    create(account, domain["id"], "jo@client-words.com", add_note=True, personal_note="It's <us>.")
    mail = cloud.wait_for_mail("jo@client-words.com")
    assert mail["subject"] == "Web Agency would like to write as Pedro Doe"
    assert "hello@mail.agency-words.com" in str(mail["from"])
    assert "<h1>Dear Pedro Doe</h1><p>It&#x27;s &lt;us&gt;.</p>" in mail["html"]
    assert "Have a look" in mail["html"]
    link = link_in(cloud, "jo@client-words.com")
    assert f"Dear Pedro Doe,\nIt's <us>.\n{link}" in mail["text"].replace("\r\n", "\n")
    page = cloud.send("GET", link)
    assert "Thank you" not in page.text
    assert confirm(cloud, link) == 200


def test_an_account_asks_from_an_address_of_another_domain_of_its(
    cloud: LocalCloud, account: Account
) -> None:
    domain = account.verified_domain("mail.agency-asks.com")
    account.verified_domain("desk.agency-asks.com")
    chosen = {"sender_email": "hello@desk.agency-asks.com"}
    assert account.mailersend("PUT", SETTINGS, chosen).status == 200
    create(account, domain["id"], "jo@client-asked.com")
    assert "hello@desk.agency-asks.com" in str(cloud.wait_for_mail("jo@client-asked.com")["from"])
