"""MailerSend's domains: its keys and defaults, and what can't be taken.

Source of keys and defaults: the recordings in the tests of MailerSend's own clients (contracts A.4).
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead import identifiers
from letterhead.adapters.domain_names import DomainNames
from letterhead.dialects.mailersend import domain_records, domains
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.domains.check import Checked
from letterhead.domains.diagnosis.codes import Code
from letterhead.domains.diagnosis.finding import Finding
from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.domain import Ownership
from letterhead.domains.exports.resource_record import ResourceRecord
from letterhead.domains.names import DomainNameError
from letterhead.domains.pages import DomainPage, DomainQuery
from letterhead.domains.ports import ChallengeAnswer, ChallengeResult
from letterhead.domains.records import DKIM_PURPOSES, RecordPurpose, RecordStatus, RecordType
from letterhead.domains.reference import DomainReference
from letterhead.domains.verification import RecordVerdict, Verification
from tests.fakes.sending_domains import claimed_domain, registered_domain
from tests.golden.reading import on_the_wire, shape

RULES = DomainNames()
LINK_HOST = ResourceRecord(RecordType.CNAME, "links.acme.com", "links.agency.example")
ORIGIN = "https://letterhead.example"
PENDING, VERIFIED = RecordStatus.PENDING, RecordStatus.VERIFIED
ALL_RIGHT = dict.fromkeys(RecordPurpose, VERIFIED)
READ_KEYS = [
    "id", "name", "dkim", "spf", "tracking", "is_verified", "is_cname_verified", "is_dns_active", "is_cname_active",
    "is_tracking_allowed", "domain_stats", "has_not_queued_messages", "not_queued_messages_count", "domain_settings",
    "created_at", "updated_at", "totals",
]  # fmt: skip
CREATED_KEYS = {
    "id", "name", "dkim", "spf", "mx", "tracking", "is_verified", "is_dns_active", "is_trial_domain", "domain_settings",
    "can", "totals", "is_dkim_txt", "show_dkim_info", "is_being_verified", "is_custom_links_available",
}  # fmt: skip
SIX = ("dkim", "spf", "mx", "tracking", "cname", "rp_cname")


def mta(name: str = "acme.com", **changes):
    return registered_domain(name, **({"mail_from_domain": f"mta.{name}"} | changes))


def data(reply) -> dict:
    return on_the_wire(reply.body)["data"]


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_read_has_the_recorded_keys_first():
    shown = data(domains.shown(mta(statuses=ALL_RIGHT)))

    assert list(shown)[: len(READ_KEYS)] == READ_KEYS
    assert shown["domain_stats"] == dict.fromkeys(["total", "queued", "sent", "rejected", "delivered"], 0)
    assert shown["totals"] == dict.fromkeys(["sent", "delivered", "hard_bounced", "soft_bounced"], 0)
    assert shape(shown["created_at"]) == "timestamp in microseconds"


def test_a_creation_has_the_keys_of_both_recordings():
    reply = domains.registered(mta())
    created = data(reply)

    assert reply.status == 201
    assert set(created) > CREATED_KEYS | set(READ_KEYS)
    assert [created[key] for key in ("dkim", "spf", "mx", "tracking", "is_dkim_txt")] == [None] * 5
    assert (created["can"], created["totals"], created["is_verified"]) == ({"manage": True}, [], False)


def test_settings_begin_with_the_recorded_defaults():
    assert data(domains.registered(mta()))["domain_settings"] == {
        "send_paused": False,
        "track_clicks": True,
        "track_opens": True,
        "track_opens_pixel_on_top": False,
        "track_unsubscribe": False,
        "track_unsubscribe_html": '<p>Click here to <a href="{{unsubscribe}}">unsubscribe</a></p>',
        "track_unsubscribe_html_enabled": False,
        "track_unsubscribe_plain": "Click here to unsubscribe: {{unsubscribe}}",
        "track_unsubscribe_plain_enabled": False,
        "track_content": False,
        "custom_tracking_enabled": False,
        "custom_tracking_subdomain": "email",
        "return_path_subdomain": "mta",
        "inbound_routing_enabled": False,
        "inbound_routing_subdomain": "inbound",
        "precedence_bulk": False,
        "ignore_duplicated_recipients": False,
        "show_dmarc": False,
    }


def test_a_domain_made_in_another_dialect_shows_the_return_path_that_it_has():
    assert data(domains.shown(registered_domain()))["domain_settings"]["return_path_subdomain"] == "mail"


@pytest.mark.parametrize("missing", RecordPurpose)
def test_a_domain_is_verified_by_dkim_spf_and_return_path(missing):
    shown = data(domains.shown(mta(statuses=ALL_RIGHT | {missing: PENDING})))

    assert shown["is_verified"] is (missing is RecordPurpose.DMARC)
    assert shown["dkim"] is (missing not in DKIM_PURPOSES)
    assert shown["spf"] is (missing is not RecordPurpose.MAIL_FROM_SPF)
    assert shown["return_path"] is (missing is not RecordPurpose.MAIL_FROM_MX)


def test_a_contested_domain_is_not_verified_whatever_dns_says():
    contested = mta(statuses=ALL_RIGHT, ownership=Ownership.CONTESTED)
    shown = data(domains.shown(contested))

    assert shown["is_verified"] is False
    assert shown["ownership_challenge"] == {
        "type": "TXT",
        "name": "_letterhead-challenge.acme.com",
        "value": contested.challenge,
        "status": "pending",
    }


def test_a_list_is_a_page_with_links():
    made = (mta("b.com"), mta("a.com"))
    query = domains.read_list({"verified": "true", "page": "1", "limit": "10"})
    body = on_the_wire(domains.listed(DomainPage(query, made, 12), ORIGIN).body)

    assert [one["name"] for one in body["data"]] == ["b.com", "a.com"]
    assert body["data"][0]["totals"] == []
    assert (body["meta"]["total"], body["meta"]["last_page"]) == (12, 2)
    assert body["links"]["next"].startswith(f"{ORIGIN}/v1/domains?verified=true&limit=10&page=2&cursor=")
    assert domains.changed(made[0]).body == {
        "data": domains.listed(DomainPage(query, made, 2), ORIGIN).body["data"][0]
    }


def checked(domain, statuses, challenge=None) -> Checked:
    missing = Finding(Code.MISSING, "Not there.")
    rows = tuple(
        RecordVerdict(record, VERIFIED, Seen.RIGHT)
        if statuses[record.purpose] is VERIFIED
        else RecordVerdict(record, PENDING, Seen.ABSENT, "Not there.", (missing,))
        for record in domain.records()
    )
    return Checked(replace(domain, statuses=statuses), Verification(rows), challenge)


def test_a_verification_is_a_message_and_six_booleans():
    body = on_the_wire(domains.verified(checked(mta(), ALL_RIGHT)).body)

    assert body["message"] == "The domain is verified."
    assert {key: body["data"][key] for key in SIX} == {
        "dkim": True, "spf": True, "mx": True, "tracking": False, "cname": False, "rp_cname": True,
    }  # fmt: skip
    assert [row["findings"] for row in body["data"]["results"]] == [[]] * 6


def test_a_verification_that_fails_says_so_and_why():
    body = on_the_wire(domains.verified(checked(mta(), dict.fromkeys(RecordPurpose, PENDING))).body)

    assert body["message"] == "The domain is not verified."
    assert {body["data"][key] for key in SIX} == {False}
    row = body["data"]["results"][0]
    assert (row["detail"], row["findings"][0]["code"]) == ("Not there.", "missing")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (ChallengeAnswer.PROVEN, "verified"),
        (ChallengeAnswer.ABSENT, "pending"),
        (ChallengeAnswer.UNKNOWN, "pending"),
        (ChallengeAnswer.WRONG, "failed"),
    ],
)
def test_the_challenge_is_a_row_where_it_had_to_be_asked_for(answer, status):
    result = ChallengeResult(answer, "Why.")
    body = on_the_wire(domains.verified(checked(claimed_domain(), ALL_RIGHT, result)).body)
    row = body["data"]["results"][-1]

    assert (row["field"], row["hostname"], row["type"]) == (
        "ownership_status", "_letterhead-challenge.mail.acme.com", "TXT",
    )  # fmt: skip
    assert (row["status"], row["detail"]) == (status, None if status == "verified" else "Why.")


def test_dns_records_have_a_place_each():
    places = data(domain_records.dns_records_shown(mta(), LINK_HOST))

    assert list(places)[:6] == ["id", "spf", "dkim", "return_path", "custom_tracking", "inbound_routing"]
    assert places["spf"] == {
        "hostname": "mta.acme.com", "type": "TXT", "value": "v=spf1 include:amazonses.com ~all",
    }  # fmt: skip
    assert places["dkim"] == {
        "hostname": "abc123._domainkey.acme.com", "type": "CNAME", "value": "abc123.dkim.amazonses.com",
    }  # fmt: skip
    assert places["return_path"] == {
        "hostname": "mta.acme.com",
        "type": "MX",
        "value": "feedback-smtp.us-east-1.amazonses.com",
        "priority": "10",  # a string, as MailerSend writes it
    }
    assert (places["custom_tracking"], places["inbound_routing"]) == (None, None)
    assert places["link_host"] == {
        "hostname": "links.acme.com", "type": "CNAME", "value": "links.agency.example",
    }  # fmt: skip
    assert [places[key]["hostname"] for key in ("dkim_2", "dkim_3", "dmarc")] == [
        "def456._domainkey.acme.com", "ghi789._domainkey.acme.com", "_dmarc.acme.com",
    ]  # fmt: skip


def test_as_long_as_a_name_is_contested_there_are_no_dkim_records_to_show():
    places = data(domain_records.dns_records_shown(claimed_domain(ownership=Ownership.CONTESTED), LINK_HOST))

    assert [places[key] for key in ("dkim", "dkim_2", "dkim_3")] == [None] * 3
    assert places["return_path"]["hostname"] == "mail.mail.acme.com"
    assert places["ownership_challenge"]["status"] == "pending"


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_registration_asks_for_a_name_and_has_a_return_path_of_its_own():
    wanted = domains.read_registration({"name": " ACME.com ", "unknown": 1}, RULES)

    assert (wanted.name.ascii, wanted.mail_from_label, wanted.settings) == ("acme.com", "mta", {})


def test_a_registration_may_choose_subdomains_and_settings():
    body = {
        "name": "acme.com",
        "return_path_subdomain": "Bounces",
        "custom_tracking_subdomain": "t",
        "track_opens": False,
    }
    wanted = domains.read_registration(body, RULES)

    assert wanted.mail_from_label == "bounces"
    assert wanted.settings == {"custom_tracking_subdomain": "t", "track_opens": False}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name"]),
        ({"domain": "acme.com"}, ["name"]),
        ({"name": 5}, ["name"]),
        ({"name": "a" * 192}, ["name"]),
        ({"name": "acme.com", "return_path_subdomain": "a.b"}, ["return_path_subdomain"]),
        ({"name": "acme.com", "return_path_subdomain": "_dmarc"}, ["return_path_subdomain"]),
        ({"name": "acme.com", "return_path_subdomain": "a" * 64}, ["return_path_subdomain"]),
        ({"name": "acme.com", "return_path_subdomain": "-a"}, ["return_path_subdomain"]),
        ({"name": "acme.com", "return_path_subdomain": 1}, ["return_path_subdomain"]),
        ({"name": "acme.com", "inbound_routing_subdomain": "x y"}, ["inbound_routing_subdomain"]),
        ({"name": "acme.com", "track_opens": "yes"}, ["track_opens"]),
        ({"name": None, "track_clicks": 1}, ["name", "track_clicks"]),
        (
            {"name": ".".join(["a" * 62] * 3) + ".c", "return_path_subdomain": "b" * 63},
            ["return_path_subdomain"],
        ),
    ],
)
def test_every_field_that_cannot_be_taken_is_named(body, fields):
    with pytest.raises(InvalidFieldsError) as refused:
        domains.read_registration(body, RULES)
    assert list(refused.value.fields) == fields


@pytest.mark.parametrize("name", ["co.uk", "127.0.0.1", "localhost"])
def test_what_is_no_domain_is_refused(name):
    with pytest.raises(DomainNameError):
        domains.read_registration({"name": name}, RULES)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({}, DomainQuery()),
        ({"page": "2", "limit": "50"}, DomainQuery(2, 50)),
        ({"verified": "true"}, DomainQuery(verified=True)),
        ({"verified": "False"}, DomainQuery(verified=False)),
        ({"verified": "0"}, DomainQuery(verified=False)),
        ({"verified": ""}, DomainQuery()),
    ],
)
def test_a_list_asks_for_a_page(query, asked):
    assert domains.read_list(query) == asked


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"verified": "maybe"}, ["verified"]),
        ({"limit": "9"}, ["limit"]),
        ({"limit": "101"}, ["limit"]),
        ({"page": "0"}, ["page"]),
        ({"page": "x", "limit": "y", "verified": "z"}, ["page", "limit", "verified"]),
    ],
)
def test_what_a_list_cannot_ask_for_is_named(query, fields):
    with pytest.raises(InvalidFieldsError) as refused:
        domains.read_list(query)
    assert list(refused.value.fields) == fields


@pytest.mark.parametrize(
    ("body", "given"),
    [
        ({}, {}),
        ({"send_paused": True, "track_clicks": False}, {"send_paused": True, "track_clicks": False}),
        ({"return_path_subdomain": "MTA", "unknown": 1, "track_opens": None}, {}),
        (
            {"track_unsubscribe_plain": "Bye: {{unsubscribe}}"},
            {"track_unsubscribe_plain": "Bye: {{unsubscribe}}"},
        ),
    ],
)
def test_a_change_takes_any_part_of_the_settings(body, given):
    assert domains.read_change(body, mta()) == given


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"send_paused": "yes"}, ["send_paused"]),
        ({"return_path_subdomain": "other"}, ["return_path_subdomain"]),  # set once, at registration
        ({"track_unsubscribe_html": "x" * 2001, "track_opens": 1}, ["track_opens", "track_unsubscribe_html"]),
    ],
)
def test_what_a_change_cannot_take_is_named(body, fields):
    with pytest.raises(InvalidFieldsError) as refused:
        domains.read_change(body, mta())
    assert list(refused.value.fields) == fields


def test_a_path_means_a_domain_by_its_id_alone():
    domain = mta()

    assert domains.read_reference(domain.domain_id, RULES) == DomainReference(domain_id=domain.domain_id)
    for text in (
        "acme.com",
        identifiers.to_prefixed("dom", domain.domain_id),
        identifiers.to_uuid(domain.domain_id),
        "",
    ):
        assert domains.read_reference(text, RULES) == DomainReference()
