"""Every document of events/ses, once through the function: what is on record then, on which list, and told to whom."""

from __future__ import annotations

import pytest

from letterhead.activity.activity import ActivityType
from tests.fakes.mail_events import ADDRESS, IDENTITY, MESSAGE, NAMES, event_document, sample

# SES developer guide, "Contents of event data"; which of them suppress: DESIGN section 7.
OUTCOMES = {
    "send": (["sent"], []),
    "delivery": (["delivered"], []),
    "bounce_permanent": (["hard_bounced"], ["hard_bounces"]),
    "bounce_transient": (["soft_bounced"], []),
    "bounce_undetermined": (["soft_bounced"], []),
    "bounce_on_account_list": (["suppressed"], ["hard_bounces"]),
    "complaint": (["spam_complaint"], ["spam_complaints"]),
    "complaint_not_spam": ([], []),
    "reject": (["failed"], []),
    "rendering_failure": (["failed"], []),
    "delivery_delay": (["deferred"], []),
    "open": (["opened", "opened_unique"], []),
    "click": (["clicked", "clicked_unique"], []),
    "subscription": (["unsubscribed"], ["unsubscribes"]),
    "wrapped_by_sns": (["hard_bounced"], ["hard_bounces"]),
    # An identity's own notifications bear no tags, so nobody knows whose mail it was.
    "notification_bounce": ([], []),
    "notification_complaint": ([], []),
    "notification_delivery": ([], []),
}


def test_every_sample_has_an_outcome():
    assert sorted(OUTCOMES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_comes_out_as_documented_however_often_it_comes(world, name):
    activities, lists = OUTCOMES[name]

    for _ in range(3):
        assert world.take(sample(name), sample(name)) == []

    assert sorted(activity.type for activity in world.activities()) == activities
    assert dict(world.counted()) == {ActivityType(each): 1 for each in activities}
    assert sorted(world.lists_of(ADDRESS)) == lists
    assert len(world.events()) == len(lists)
    assert len(world.strays()) == name.startswith("notification_")


@pytest.mark.parametrize(
    ("kind", "subtype", "activity", "lists"),
    [
        ("Permanent", "General", "hard_bounced", ["hard_bounces"]),
        ("Permanent", "NoEmail", "hard_bounced", ["hard_bounces"]),
        ("Permanent", "Suppressed", "suppressed", []),
        ("Permanent", "OnTenantSuppressionList", "suppressed", ["hard_bounces"]),
        ("Permanent", "EmailValidationSuppressed", "suppressed", []),
        ("Permanent", "UnsubscribedRecipient", "suppressed", []),
        ("Permanent", "SomethingNew", "hard_bounced", []),
        ("Transient", "General", "soft_bounced", []),
        ("Transient", "SomethingNew", "soft_bounced", []),
        ("SomethingNew", "SomethingNew", "soft_bounced", []),
        ("", "", "soft_bounced", []),
    ],
)
def test_only_a_dead_mailbox_suppresses(world, kind, subtype, activity, lists):
    world.take(event_document("bounce_permanent", bounceType=kind, bounceSubType=subtype))

    assert list(world.listed()) == [activity]
    assert sorted(world.lists_of(ADDRESS)) == lists


def test_an_entry_knows_where_it_comes_from(world):
    world.take(sample("bounce_permanent"))

    provenance = world.lists_of(ADDRESS)["hard_bounces"].provenance
    assert provenance.added_by == "ses"
    assert provenance.reason == "hard_bounce"
    assert provenance.diagnostic == "smtp; 550 5.1.1 user unknown"
    assert provenance.status_code == "5.1.1"
    assert provenance.message_id == MESSAGE
    assert provenance.occurred_at.isoformat() == "2026-06-14T09:00:03.669000+00:00"


def test_an_activity_keeps_what_the_event_said(world):
    world.take(sample("bounce_permanent"))

    (activity,) = world.activities()
    assert activity.recipient == ADDRESS
    assert activity.identity_id == IDENTITY
    assert activity.message_id == MESSAGE
    assert activity.subject == "Your order has left"
    assert activity.detail == {
        "bounce_type": "Permanent",
        "reason": "General",
        "readable_reason": "smtp; 550 5.1.1 user unknown",
        "status": "5.1.1",
    }


@pytest.mark.parametrize(
    "spelling",
    [
        "INES@Customer.Example",
        "Ines <ines@customer.example>",
        '"Ines, of Customer" <Ines@customer.example>',
        "<ines@customer.example>",
        '"ines"@customer.example',
        "ines@customer.example (at work)",
        " ines@customer.example. ",
    ],
)
def test_every_spelling_of_an_address_is_the_same_address(world, spelling):
    world.take(
        event_document("bounce_permanent", to=[spelling], bouncedRecipients=[{"emailAddress": spelling}])
    )

    assert sorted(world.lists_of(ADDRESS)) == ["hard_bounces"]


def test_an_address_in_any_script_is_folded_as_a_send_would_look_it_up(world):
    world.take(event_document("bounce_permanent", to=["Jörg@BÜCHER.example"]))

    assert sorted(world.lists_of("jörg@xn--bcher-kva.example")) == ["hard_bounces"]


def test_an_echo_adds_nothing_where_a_list_has_the_address_already(world):
    world.take(sample("complaint"))
    world.take(sample("bounce_on_account_list"))

    assert sorted(world.lists_of(ADDRESS)) == ["spam_complaints"]


def test_a_complaint_of_a_whole_provider_hits_those_whom_the_mail_went_to(world):
    document = event_document("complaint", to=[ADDRESS])
    document["complaint"]["complainedRecipients"] = [
        {"emailAddress": address}
        for address in ("someone@customer.example", "INES@customer.example", "else@customer.example")
    ]
    world.take(document)

    assert sorted(world.lists_of(ADDRESS)) == ["spam_complaints"]
    assert world.lists_of("someone@customer.example") == {}
    assert world.listed() == {"spam_complaint": 1}


def test_a_complaint_without_any_recipient_is_on_record_and_suppresses_nobody(world):
    world.take(event_document("complaint", complainedRecipients=[]))

    (activity,) = world.activities()
    assert (activity.type, activity.recipient) == ("spam_complaint", None)
    assert world.events() == []


@pytest.mark.parametrize("order", [("complaint", "complaint_not_spam"), ("complaint_not_spam", "complaint")])
def test_not_spam_takes_a_complaint_back_whichever_is_told_first(world, order):
    for name in order:
        world.take(sample(name), sample(name))

    assert world.lists_of(ADDRESS) == {}
    assert world.listed() == {"spam_complaint": 1}


def test_a_complaint_after_not_spam_counts(world):
    later = event_document("complaint", serial="2")
    later["complaint"]["timestamp"] = "2026-06-14T11:00:00.000Z"
    world.take(sample("complaint_not_spam"), later, sample("complaint"))
    world.take(sample("complaint_not_spam"))

    assert sorted(world.lists_of(ADDRESS)) == ["spam_complaints"]


def test_leaving_single_topics_is_the_operators_to_see(world):
    document = event_document("subscription")
    document["subscription"]["newTopicPreferences"] = {
        "unsubscribeAll": False,
        "topicSubscriptionStatus": [
            {"topicName": "offers", "subscriptionStatus": "OptOut"},
            {"topicName": "news", "subscriptionStatus": "OptIn"},
        ],
    }
    world.take(document)

    assert world.lists_of(ADDRESS) == {}
    (kept,) = world.strays()
    assert kept.reason == "topics_changed"


def test_an_event_of_a_kind_that_nobody_knows_is_kept_whole_and_counted(world):
    document = sample("delivery") | {"eventType": "Teleportation"}
    assert world.take(document) == []

    (kept,) = world.strays()
    assert (kept.reason, kept.name, kept.document) == ("unknown_event", "Teleportation", document)
    (metric,) = world.function.counts
    assert (metric["UnknownMailEvents"], metric["service"]) == (1, "ses_events")


def test_what_ses_and_sns_say_about_the_topic_is_no_event(world):
    greeting = "Successfully validated SNS topic for Amazon SES event publishing."
    assert world.take(greeting, {"Type": "SubscriptionConfirmation", "Token": "x"}) == []
    assert world.strays() == []


def test_opens_are_all_kept_and_the_first_one_counts_once(world):
    documents = [sample("open") for _ in range(3)]
    for minute, document in enumerate(documents):
        document["open"]["timestamp"] = f"2026-06-14T09:4{minute}:00.000Z"
    world.take(*reversed(documents))

    assert world.listed() == {"opened": 3, "opened_unique": 1}
    assert world.counted() == {"opened": 3, "opened_unique": 1}


def test_nothing_about_recipients_is_logged(world):
    world.take(*(sample(name) for name in NAMES), "not JSON", sample("delivery") | {"eventType": "New"})

    assert ADDRESS not in world.function.log
    assert "customer.example" not in world.function.log
