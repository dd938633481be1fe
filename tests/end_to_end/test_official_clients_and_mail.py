"""The services' own Python clients manage suppressions, and read what became of mail, with only their base URL changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from mailersend import MailerSendClient
from mailersend.builders import ActivityBuilder, AnalyticsBuilder, MessagesBuilder, RecipientsBuilder
from mailersend.exceptions import ResourceNotFoundError
from sendara import Sendara
from sendara.errors import SendaraError

from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end

DOMAIN = "clients-mail.example"


@pytest.fixture(scope="module")
def shop(cloud: LocalCloud) -> Iterator[Account]:
    account = cloud.account("Shop of clients")
    account.verified_domain(DOMAIN)
    yield account
    cloud.delete_zone(DOMAIN)


@pytest.fixture
def mailersend(cloud: LocalCloud, shop: Account) -> Iterator[MailerSendClient]:
    options = {"base_url": f"{cloud.origin}/v1/", "max_retries": 0}
    with MailerSendClient(api_key=shop.tokens["mailersend"], **options) as made:
        yield made


@pytest.fixture
def sendara(cloud: LocalCloud, shop: Account) -> Iterator[Sendara]:
    with Sendara(shop.tokens["sendara"], base_url=cloud.origin, max_retries=0) as made:
        yield made


def test_mailersends_client_manages_its_five_lists(shop: Account, mailersend: MailerSendClient) -> None:
    calls = mailersend.recipients
    (domain,) = shop.mailersend("GET", "/v1/domains").json["data"]
    lists = {
        "blocklist": (calls.add_to_blocklist, calls.list_blocklist, calls.delete_from_blocklist),
        "hard_bounces": (calls.add_hard_bounces, calls.list_hard_bounces, calls.delete_hard_bounces),
        "spam_complaints": (
            calls.add_spam_complaints,
            calls.list_spam_complaints,
            calls.delete_spam_complaints,
        ),
        "unsubscribes": (calls.add_unsubscribes, calls.list_unsubscribes, calls.delete_unsubscribes),
    }
    of_domain = RecipientsBuilder().domain_id(domain["id"])
    listing = of_domain.copy().build_suppression_list_request()
    for name, (add, show, delete) in lists.items():
        host = name.replace("_", "-") + ".example"
        wanted = of_domain.copy().recipients([f"amy@{host}", f"bob@{host}"])
        added = add(wanted.build_suppression_add_request())
        assert added.status_code == 201, added
        assert len(show(listing)["data"]) == 2
        ids = [added["data"][0]["id"]]
        removed = delete(of_domain.copy().ids(ids).build_suppression_delete_request())
        assert removed.status_code == 200
        assert len(show(listing)["data"]) == 1
        delete(of_domain.copy().all().build_suppression_delete_request())
        assert len(show(listing)["data"]) == 0
    patterns = of_domain.copy().patterns(["*@nowhere.example"])
    calls.add_to_blocklist(patterns.build_suppression_add_request())
    (blocked,) = calls.list_blocklist(listing)["data"]
    assert (blocked["type"], blocked["pattern"]) == ("pattern", "*@nowhere.example")
    assert calls.list_on_hold(listing)["data"] == []


def test_mailersends_client_reads_what_became_of_a_mail(
    cloud: LocalCloud, shop: Account, mailersend: MailerSendClient
) -> None:
    (domain,) = shop.mailersend("GET", "/v1/domains").json["data"]
    body = {
        "from": {"email": f"news@{DOMAIN}", "name": "Shop"},
        "to": [{"email": "ines@reader.example"}],
        "subject": "Hello",
        "text": "Hello",
    }
    sent = shop.mailersend("POST", "/v1/email", body).headers["x-message-id"]
    now = datetime.now(UTC)
    of_domain = ActivityBuilder().domain_id(domain["id"])
    of_domain = of_domain.date_from(now - timedelta(hours=1)).date_to(now + timedelta(hours=1))

    found = cloud.until(
        lambda: mailersend.activities.get(of_domain.build_list_request())["data"],
        lambda activities: len(activities) >= 3,
    )
    assert {each["type"] for each in found} == {"queued", "sent", "delivered"}
    assert {each["email"]["id"] for each in found} == {sent}
    assert {each["email"]["from"] for each in found} == {f"news@{DOMAIN}"}

    kinds = of_domain.copy().events(["sent", "survey_opened"]).build_list_request()
    assert [each["type"] for each in mailersend.activities.get(kinds)["data"]] == ["sent"]
    counted = AnalyticsBuilder().date_range_days(1).domain_id(domain["id"]).all_events().build()
    stats = mailersend.analytics.get_activity_by_date(counted)["data"]["stats"]
    assert sum(each["delivered"] for each in stats) == 1
    assert sum(each["survey_opened"] for each in stats) == 0

    messages = mailersend.messages
    assert sent in [
        each["id"] for each in messages.list_messages(MessagesBuilder().build_list_request())["data"]
    ]
    shown = messages.get_message(MessagesBuilder().message_id(sent).build_get_request())["data"]
    assert [each["status"] for each in shown["emails"]] == ["delivered"]

    calls = mailersend.recipients
    (recipient,) = calls.list_recipients(RecipientsBuilder().build_recipients_list_request())["data"]
    one = RecipientsBuilder().recipient_id(recipient["id"])
    known = calls.get_recipient(one.build_recipient_get_request())["data"]
    assert (known["email"], [each["id"] for each in known["emails"]]) == ("ines@reader.example", [sent])
    assert calls.delete_recipient(one.build_recipient_delete_request()).status_code == 204
    with pytest.raises(ResourceNotFoundError):
        calls.get_recipient(one.build_recipient_get_request())


def test_sendaras_client_manages_suppressions_and_finds_messages(cloud: LocalCloud, sendara: Sendara) -> None:
    made = sendara.suppressions.create(channel="email", recipient="Bo@reader.example", reason="hard_bounce")
    assert (made.recipient, made.state) == ("bo@reader.example", "suppressed")
    assert [each.recipient for each in sendara.suppressions.list(channel="email")] == ["bo@reader.example"]
    mail = {"to": "bo@reader.example", "from_": f"news@{DOMAIN}", "subject": "Hi", "text": "Hi"}
    with pytest.raises(SendaraError) as refused:
        sendara.emails.send(**mail, idempotency_key="to-bo")
    assert (refused.value.status, refused.value.code) == (409, "recipient_suppressed")
    sendara.suppressions.delete(channel="email", recipient="bo@reader.example")
    assert sendara.suppressions.list() == []

    sent = sendara.emails.send(**mail, idempotency_key="to-bo-again")
    assert sendara.messages.get(idempotency_key="to-bo-again").id == sent.id
    cloud.until(lambda: sendara.messages.get(sent.id), lambda message: message.status == "delivered")
    assert sent.id in [each.id for each in sendara.messages.iter(limit=1)]
