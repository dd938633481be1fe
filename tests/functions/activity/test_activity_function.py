"""Activity, recipients and analytics, as MailerSend's clients ask for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead import identifiers
from letterhead.activity.activity import ActivityType
from letterhead.activity.recipients import recipient_id_of
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.domain_items import DomainItem
from letterhead.adapters.tables.mailed_recipients import RecipientTable
from letterhead.dialects.mailersend.ids import message_id
from letterhead.tokens.dialect import Dialect
from tests.capacity_meter import metered
from tests.fakes.activities import message_sent
from tests.fakes.agency import Agency
from tests.functions.activity.conftest import NOW, seconds

SENT, DELIVERED, HARD, SOFT, OPENED, COMPLAINT = (
    ActivityType.SENT,
    ActivityType.DELIVERED,
    ActivityType.HARD_BOUNCED,
    ActivityType.SOFT_BOUNCED,
    ActivityType.OPENED,
    ActivityType.SPAM_COMPLAINT,
)


def test_activity_comes_newest_first_with_its_mail(desk):
    message_sent(desk.domain, desk.identity, at=NOW - timedelta(days=2), types=(SENT, DELIVERED))
    message_sent(desk.domain, desk.identity, at=NOW - timedelta(days=1), types=(SENT, HARD))

    data = desk.activity().json["data"]
    assert [each["type"] for each in data] == ["hard_bounced", "sent", "delivered", "sent"]
    email = data[0]["email"]
    assert (email["from"], email["subject"]) == ("hello@client.com", "Your order has left")
    assert email["recipient"]["email"] == "ines@customer.example"
    assert email["status"] == "hard_bounced"


def test_activity_is_filtered_by_type_and_time(desk):
    for day in range(4):
        message_sent(desk.domain, at=NOW - timedelta(days=day), types=(SENT, DELIVERED, COMPLAINT))

    only = desk.activity(**{"event[]": "spam_complaints"})
    assert [each["type"] for each in only.json["data"]] == ["spam_complaints"] * 4
    first = NOW - timedelta(days=2)
    span = {"date_from": seconds(first), "date_to": seconds(first)}
    assert [each["type"] for each in desk.activity(**span).json["data"]] == ["sent"]


def test_every_activity_is_on_exactly_one_page(desk):
    for number in range(33):
        message_sent(desk.domain, at=NOW - timedelta(hours=number), types=(SENT, DELIVERED))

    answer, seen = desk.activity(limit=10), []
    while True:
        seen += [each["id"] for each in answer.json["data"]]
        if answer.json["links"]["next"] is None:
            break
        answer = desk.follow(answer.json["links"]["next"])
    assert len(seen) == len(set(seen)) == 66
    times = [identifiers.made_at(each[:16]) for each in seen]
    assert times == sorted(times, reverse=True)
    by_number = [
        each["id"] for page in range(1, 8) for each in desk.activity(limit=10, page=page).json["data"]
    ]
    assert by_number == seen


def test_a_page_of_activity_is_paid_by_the_page(desk):
    for number in range(60):
        message_sent(desk.domain, at=NOW - timedelta(minutes=number), types=(SENT, DELIVERED))

    with metered(connection().client) as meter:
        assert len(desk.activity(limit=25).json["data"]) == 25
    assert meter.read_units("ActivityTable") <= 16
    with metered(connection().client) as meter:
        desk.activity(date_from=0, date_to=1000)
    assert meter.read_units("ActivityTable") == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"date_from": ""}, "date_from"),
        ({"date_to": ""}, "date_to"),
        ({"date_from": "today"}, "date_from"),
        ({"date_from": 99_999_999_999, "date_to": 1}, "date_to"),
        ({"date_to": 10**15}, "date_to"),
        ({"event[]": "nothing"}, "event.0"),
        ({"event": "sent"}, "event"),
        ({"limit": 5}, "limit"),
        ({"page": 0}, "page"),
        ({"page": 5000}, "page"),
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_field(desk, query, field):
    answer = desk.activity(**query)

    assert answer.status == 422
    assert list(answer.json["errors"]) == [field]


def test_one_activity_is_found_by_its_id(desk):
    activity = message_sent(desk.domain)

    assert desk.mailersend(f"/v1/activities/{activity.activity_id}").json["data"]["type"] == "sent"


@pytest.mark.parametrize("path", ["activities", "messages"])
@pytest.mark.parametrize("identifier", ["x", "0" * 32, "0" * 16, "0" * 31 + "!", "%F0%9F%92%8C"])
def test_what_is_no_id_is_not_found(desk, path, identifier):
    assert desk.mailersend(f"/v1/{path}/{identifier}").status == 404


def test_anothers_activity_and_messages_do_not_exist(desk):
    rival = Agency("rival")
    theirs = message_sent(rival.domain("rival.com"))

    assert desk.mailersend(f"/v1/activities/{theirs.activity_id}").status == 404
    assert desk.mailersend(f"/v1/messages/{theirs.message_id}").status == 404
    assert desk.mailersend("/v1/messages").json["data"] == []
    assert desk.activity().json["data"] == []


def test_recipients_come_once_however_often_they_were_mailed(desk):
    other = desk.agency.domain("other.com")
    addresses = [f"person{number}@customer.example" for number in range(14)]
    for address in addresses * 2:
        message_sent(desk.domain, to=address)
        message_sent(other, to=address)

    answer, seen = desk.mailersend("/v1/recipients", limit=10), []
    while True:
        seen += [(each["email"], each["domain"]["name"]) for each in answer.json["data"]]
        if answer.json["links"]["next"] is None:
            break
        answer = desk.follow(answer.json["links"]["next"])
    assert sorted(seen) == sorted((each, name) for each in addresses for name in ("client.com", "other.com"))
    of_one = desk.mailersend(f"/v1/domains/{other.domain_id}/recipients").json["data"]
    assert sorted(each["email"] for each in of_one) == sorted(addresses)


def test_recipients_of_one_domain_are_listed_by_its_id(desk):
    other, rival = desk.agency.domain("other.com"), Agency("rival").domain("rival.com")
    for number in range(11):
        message_sent(desk.domain, to=f"person{number}@customer.example")
        message_sent(other, to=f"person{number}@other.example")

    first = desk.mailersend("/v1/recipients", domain_id=other.domain_id, limit=10)
    rest = desk.follow(first.json["links"]["next"])
    assert {each["domain"]["name"] for each in first.json["data"] + rest.json["data"]} == {"other.com"}
    assert (len(first.json["data"]), len(rest.json["data"])) == (10, 1)
    for domain_id in (rival.domain_id, "zz"):
        refused = desk.mailersend("/v1/recipients", domain_id=domain_id)
        assert (refused.status, list(refused.json["errors"])) == (422, ["domain_id"])


def test_the_list_goes_on_though_the_last_ones_domain_is_gone(desk):
    newer = desk.agency.domain("newer.com")
    for number in range(11):
        message_sent(desk.domain, to=f"person{number}@customer.example")
        message_sent(newer, to=f"person{number}@newer.example")
    following = desk.mailersend("/v1/recipients", limit=10).json["links"]["next"]
    DomainItem(newer.account_id, newer.name).delete()

    assert [each["domain"]["name"] for each in desk.follow(following).json["data"]] == ["client.com"] * 10


def test_a_cursor_of_another_domains_list_is_none_of_this_ones(desk):
    other = desk.agency.domain("other.com")
    for number in range(11):
        message_sent(other, to=f"person{number}@other.example")
    following = desk.mailersend(f"/v1/domains/{other.domain_id}/recipients", limit=10).json["links"]["next"]
    assert len(desk.follow(following).json["data"]) == 1

    for elsewhere in (
        following.replace(other.domain_id, desk.domain.domain_id),
        following.replace(
            f"domains/{other.domain_id}/recipients?", f"recipients?domain_id={desk.domain.domain_id}&"
        ),
    ):
        refused = desk.follow(elsewhere)
        assert (refused.status, list(refused.json["errors"])) == (422, ["cursor"])


def test_a_recipient_is_shown_with_the_mails_to_them_and_forgotten(desk):
    mailed = [
        message_sent(desk.domain, at=NOW - timedelta(hours=each), types=(SENT, SOFT)) for each in (2, 1)
    ]
    message_sent(desk.domain, to="else@customer.example")
    message_sent(desk.agency.domain("other.com"))
    path = f"/v1/recipients/{recipient_id_of(desk.domain.domain_id, 'ines@customer.example')}"

    shown = desk.mailersend(path).json["data"]
    assert (shown["email"], shown["domain"]["name"]) == ("ines@customer.example", "client.com")
    assert [each["id"] for each in shown["emails"]] == [
        message_id(each.message_id) for each in reversed(mailed)
    ]
    assert [each["type"] for each in shown["emails"][0]["activity"]] == ["sent", "soft_bounced"]

    token = desk.tokens[Dialect.MAILERSEND]
    assert desk.function.call("DELETE", path, token).status == 204
    assert desk.function.call("DELETE", path, token).status == 404
    assert desk.mailersend(path).status == 404
    listed = desk.mailersend(f"/v1/domains/{desk.domain.domain_id}/recipients").json["data"]
    assert [each["email"] for each in listed] == ["else@customer.example"]


def test_who_has_only_given_feedback_is_no_recipient_and_forgotten_all_the_same(desk):
    recipients, address = RecipientTable("RecipientsTable", timedelta(days=30)), "amy@client.com"
    domain_id, account_id = desk.domain.domain_id, desk.domain.account_id
    for bounce in range(2):
        known = recipients.note_soft_bounce(account_id, domain_id, address, f"{bounce:016d}", NOW)
    assert known.soft_bounces_in_window == 2
    path, token = f"/v1/recipients/{recipient_id_of(domain_id, address)}", desk.tokens[Dialect.MAILERSEND]

    assert desk.mailersend(path).status == 404
    rival = Agency("rival").token(Dialect.MAILERSEND).text
    elsewhere = desk.agency.token(
        Dialect.MAILERSEND, domain_id=desk.agency.domain("other.com").domain_id
    ).text
    assert [desk.function.call("DELETE", path, each).status for each in (rival, elsewhere)] == [404, 404]
    assert [desk.function.call("DELETE", path, token).status for _ in range(2)] == [204, 404]
    again = recipients.note_soft_bounce(account_id, domain_id, address, f"{2:016d}", NOW)
    assert again.soft_bounces_in_window == 1


@pytest.mark.parametrize("identifier", ["x", "0" * 16, "!" * 32, "0" * 31 + "Z", "%F0%9F%92%8C"])
def test_what_is_no_recipients_id_is_not_found(desk, identifier):
    path, token = f"/v1/recipients/{identifier}", desk.tokens[Dialect.MAILERSEND]
    assert [desk.function.call(method, path, token).status for method in ("GET", "DELETE")] == [404, 404]


def test_counts_come_by_day_week_month_and_year(desk):
    day = datetime(2026, 6, 14, 9, tzinfo=UTC)
    for days, types in ((0, (SENT, DELIVERED)), (1, (SENT, HARD)), (20, (SENT,))):
        message_sent(desk.domain, at=day + timedelta(days=days), types=types)
    span = {
        "date_from": seconds(day),
        "date_to": seconds(day + timedelta(days=20)),
        "domain_id": desk.domain.domain_id,
    }

    def stats(group_by):
        data = desk.mailersend("/v1/analytics/date", group_by=group_by, **span).json["data"]
        return {
            each["date"]: (each["sent"], each["delivered"], each["hard_bounced"]) for each in data["stats"]
        }

    days = stats("days")
    assert len(days) == 21
    assert [value for value in days.values() if any(value)] == [(1, 1, 0), (1, 0, 1), (1, 0, 0)]
    assert list(stats("weeks").values()) == [(1, 1, 0), (1, 0, 1), (0, 0, 0), (1, 0, 0)]
    assert list(stats("months").values()) == [(2, 1, 1), (1, 0, 0)]
    assert list(stats("years").values()) == [(3, 1, 1)]
    assert str(seconds(datetime(2026, 6, 14, tzinfo=UTC))) in days


def test_counts_of_all_domains_or_of_one_identity(desk):
    message_sent(desk.domain, desk.identity, at=NOW)
    message_sent(desk.domain, at=NOW)
    message_sent(desk.agency.domain("other.com"), at=NOW)
    span = {"date_from": seconds(NOW - timedelta(hours=1)), "date_to": seconds(NOW)}

    def sent(**query):
        data = desk.mailersend("/v1/analytics/date", group_by="years", **span, **query).json["data"]
        return sum(each["sent"] for each in data["stats"])

    assert sent() == 3
    assert sent(domain_id=desk.domain.domain_id) == 2
    assert sent(domain_id=desk.domain.domain_id, identity_id=desk.identity.identity_id) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"group_by": "hours"}, "group_by"),
        ({"tags[]": "spring"}, "tags"),
        ({"recipient_id[]": "6a1d0fa0c1"}, "recipient_id"),
        ({"event": "sent"}, "event"),
        ({"domain_id": "0" * 16}, "domain_id"),
        ({"domain_id": "!"}, "domain_id"),
    ],
)
def test_counts_that_there_are_not_are_refused(desk, query, field):
    answer = desk.mailersend("/v1/analytics/date", date_from=0, date_to=seconds(NOW), **query)

    assert answer.status == 422
    assert list(answer.json["errors"]) == [field]


@pytest.mark.parametrize("name", ["event", "tags", "recipient_id"])
def test_an_array_that_came_as_one_value_is_refused_in_the_services_words(desk, name):
    words = name.replace("_", " ")
    answer = desk.mailersend("/v1/analytics/date", date_from=0, date_to=seconds(NOW), **{name: "sent"})

    # Word for word as its clients have recorded it (contracts A.1).
    expected = f"The {words} must be an array."
    assert (answer.status, answer.json) == (422, {"message": expected, "errors": {name: [expected]}})


@pytest.mark.parametrize(
    "query",
    [
        # The clients for Go and Ruby, and Python's for analytics; Python's for activity, and Node's (contracts E).
        "event[]=sent&event[]=hard_bounced",
        "event%5B%5D=sent&event%5B%5D=hard_bounced",
        "event[0]=sent&event[1]=hard_bounced",
        "event%5B0%5D=sent&event%5B1%5D=hard_bounced",
    ],
)
def test_arrays_are_taken_as_every_client_writes_them(desk, query):
    message_sent(desk.domain, at=NOW, types=(SENT, DELIVERED))
    message_sent(desk.domain, at=NOW, types=(SENT, HARD))
    token, span = desk.tokens[Dialect.MAILERSEND], f"date_from={seconds(NOW) - 9}&date_to={seconds(NOW) + 9}"

    def asked(path):
        return desk.function.call("GET", path, token, query=f"{span}&{query}&tags=&event=").json["data"]

    stats = asked("/v1/analytics/date")["stats"]
    assert [set(each) for each in stats] == [{"date", "sent", "hard_bounced"}]
    types = [each["type"] for each in asked(f"/v1/activity/{desk.domain.domain_id}")]
    assert sorted(types) == ["hard_bounced", "sent", "sent"]


def test_who_asks_for_surveys_too_is_told_of_none(desk):
    message_sent(desk.domain, at=NOW)
    token, span = desk.tokens[Dialect.MAILERSEND], f"date_from={seconds(NOW) - 9}&date_to={seconds(NOW) + 9}"

    def asked(path, *events):
        query = "&".join([span, *(f"event[]={each}" for each in events)])
        return desk.function.call("GET", path, token, query=query).json["data"]

    (counted,) = asked("/v1/analytics/date", "sent", "survey_opened", "survey_submitted")["stats"]
    assert (counted["sent"], counted["survey_opened"], counted["survey_submitted"]) == (1, 0, 0)
    (counted,) = asked("/v1/analytics/date", "survey_opened")["stats"]
    assert set(counted) == {"date", "survey_opened"}
    assert asked(f"/v1/activity/{desk.domain.domain_id}", "survey_opened") == []
    assert len(asked(f"/v1/activity/{desk.domain.domain_id}", "survey_opened", "sent")) == 1


def test_the_rates_of_a_domain_are_shown_with_their_thresholds(desk):
    for _ in range(3):
        message_sent(desk.domain, at=NOW, types=(SENT, DELIVERED))
    message_sent(desk.domain, desk.identity, at=NOW, types=(SENT, HARD))

    shown = desk.mailersend("/v1/analytics/reputation", domain_id=desk.domain.domain_id).json["data"]
    assert [(each["hours"], each["volume"], each["bounce_rate"]) for each in shown["windows"]] == [
        (24, 4, 0.25),
        (720, 4, 0.25),
    ]
    assert shown["thresholds"]["bounces"] == {"warning": 0.02, "pause": 0.05}
    assert shown["sending_paused"] is None
    of_one = desk.mailersend(
        "/v1/analytics/reputation", domain_id=desk.domain.domain_id, identity_id=desk.identity.identity_id
    ).json["data"]
    assert of_one["windows"][0]["bounce_rate"] == 1.0


def test_what_is_past_its_days_is_gone_before_dynamodb_drops_it(desk):
    old = message_sent(desk.domain, at=NOW - timedelta(days=31), types=(SENT, DELIVERED))

    assert desk.activity().json["data"] == []
    assert desk.mailersend(f"/v1/activities/{old.activity_id}").status == 404
    assert desk.mailersend("/v1/messages").json["data"] == []


def test_a_token_of_one_domain_sees_that_domain_alone(desk):
    other = desk.agency.domain("other.com")
    message_sent(desk.domain)
    theirs = message_sent(other)
    desk.tokens[Dialect.MAILERSEND] = desk.agency.token(
        Dialect.MAILERSEND, domain_id=desk.domain.domain_id
    ).text

    assert len(desk.mailersend("/v1/messages").json["data"]) == 1
    assert len(desk.mailersend("/v1/recipients").json["data"]) == 1
    assert desk.activity(other).status == 404
    assert desk.mailersend(f"/v1/messages/{theirs.message_id}").status == 404
