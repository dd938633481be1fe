"""MailerSend's sender identities on the wire, against the document's own examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from letterhead.adapters.free_mail.providers import FreeMail
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.dialects.mailersend import identities as wire
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.changes import IdentityChange
from letterhead.identities.creation import NewIdentity
from letterhead.identities.identity import (
    IdentityDomain,
    IdentityNotFoundError,
    IdentityStatus,
    MailFailure,
)
from letterhead.identities.pages import IdentityPage, Order, OrderBy, PageRequest
from tests.fakes.sender_identities import NOW, address, identity
from tests.golden.reading import on_the_wire, seed

RULES = wire.IdentityRules(MailAddresses(), FreeMail())
SEEDS_ID = "7nxe3yjmeq28vp0k"
ID = "0nxe3yjmeq28vp0k"
# The request of the document's example, but for its id, which has more bits than ours.
BODY = {
    "domain_id": ID,
    "email": "pedro@test.com",
    "name": "Pedro Doe",
    "personal_note": "Hi Pedro, please confirm this email by clicking on the link below.",
    "reply_to_name": "Test Doe",
    "reply_to_email": "test@test.com",
    "add_note": True,
}
DOMAIN = IdentityDomain(
    SEEDS_ID,
    "test.com",
    "test.com",
    datetime(2022, 11, 29, 10, 43, 22, tzinfo=UTC),
    datetime(2022, 11, 29, 10, 43, 32, tzinfo=UTC),
)
ADDITIONS = {
    "exact_status",
    "usable",
    "unusable_reason",
    "dmarc",
    "from_mode",
    "status",
    "verified_at",
    "expires_at",
    "last_sent_at",
    "last_error",
    "from_preview",
}


def wrong_fields(body):
    with pytest.raises(InvalidFieldsError) as caught:
        wire.read_creation(body, RULES)
    return {name: list(texts) for name, texts in caught.value.fields.items()}


def pedro():
    return identity(
        "pedro@test.com",
        identity_id=SEEDS_ID,
        domain=DOMAIN,
        name="Pedro Doe",
        reply_to_email=address("test@test.com"),
        reply_to_name="Test Doe",
        add_note=True,
        personal_note=BODY["personal_note"],
    )


# --- answers ----------------------------------------------------------------------------------------------------------


def test_the_answer_to_a_creation_is_the_documents_with_our_additions_after_it():
    reply = wire.created(pedro(), NOW)
    expected = seed("mailersend_identity.json")["data"]
    answer = on_the_wire(reply.body)["data"]
    assert reply.status == 201
    assert {key: answer[key] for key in expected} == expected
    assert list(answer)[: len(expected)] == list(expected)
    assert set(answer) - set(expected) == ADDITIONS


def test_the_items_of_a_list_are_the_documents():
    john = identity("john@test.com", identity_id=SEEDS_ID, domain=DOMAIN, name="John Doe")
    reply = wire.listed(IdentityPage(PageRequest(), (john,), 1), "https://api.example", NOW)
    (expected,) = seed("mailersend_identities_list.json")["data"]
    (item,) = reply.body["data"]
    assert {key: item[key] for key in expected} == expected
    assert reply.status == 200


def test_a_read_is_200():
    assert wire.shown(pedro(), NOW).status == 200


def test_a_verified_identity_says_since_when():
    one = replace(
        pedro(),
        status=IdentityStatus.VERIFIED,
        decided_at=NOW,
        mailed_generation=1,
        mailed_at=NOW,
        expires_at=NOW + timedelta(hours=72),
    )
    shown = wire.identity_object(one, NOW)
    assert (shown["is_verified"], shown["status"]) == (True, "verified")
    assert shown["verified_at"] == shown["last_sent_at"] == "2026-06-14T09:00:00.000000Z"
    assert shown["expires_at"] == "2026-06-17T09:00:00.000000Z"


def test_the_preview_shows_the_headers_that_mail_will_carry():
    assert wire.identity_object(pedro(), NOW)["from_preview"] == {
        "from": '"Pedro Doe" <pedro.test-com@test.com>',
        "reply_to": '"Test Doe" <test@test.com>',
    }


@pytest.mark.parametrize("failure", MailFailure)
def test_every_failure_of_a_mail_is_a_sentence(failure):
    assert wire.identity_object(replace(pedro(), mail_failure=failure), NOW)["last_error"].endswith(".")
    assert wire.identity_object(pedro(), NOW)["last_error"] is None


# --- POST -------------------------------------------------------------------------------------------------------------


def test_the_documents_request_is_read_as_it_is_meant():
    assert wire.read_creation(BODY, RULES) == NewIdentity(
        domain_id=ID,
        email=address("pedro@test.com"),
        name="Pedro Doe",
        reply_to_email=address("test@test.com"),
        reply_to_name="Test Doe",
        add_note=True,
        personal_note=BODY["personal_note"],
    )


def test_what_is_optional_may_be_absent_null_or_empty():
    least = {"domain_id": ID, "email": "pedro@test.com", "name": "Pedro Doe"}
    expected = NewIdentity(ID, address("pedro@test.com"), "Pedro Doe")
    optional = ("reply_to_email", "reply_to_name", "personal_note")
    assert wire.read_creation(least, RULES) == expected
    assert wire.read_creation(least | dict.fromkeys(optional) | {"add_note": None}, RULES) == expected
    assert wire.read_creation(least | dict.fromkeys(optional, " ") | {"add_note": False}, RULES) == expected


def test_unknown_keys_are_left_aside():
    assert wire.read_creation({**BODY, "color": "blue"}, RULES) == wire.read_creation(BODY, RULES)


def test_every_missing_field_is_named():
    assert wrong_fields({}) == {
        "domain_id": ["The domain id field is required."],
        "name": ["The name field is required."],
        "email": ["The email field is required."],
    }


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"domain_id": 7}, "domain_id", "The domain id must be a string."),
        ({"domain_id": "nope"}, "domain_id", "The selected domain id is invalid."),
        ({"name": ["x"]}, "name", "The name must be a string."),
        ({"name": "x" * 192}, "name", "The name may not be greater than 191 characters."),
        ({"email": {"a": 1}}, "email", "The email must be a string."),
        ({"email": "pedro"}, "email", "The email must be a valid email address."),
        ({"email": "pedro@"}, "email", "The email must be a valid email address."),
        ({"email": "Pedro <pedro@test.com>"}, "email", "The email must be a valid email address."),
        ({"email": "a@b.com\r\nBcc: c@d.com"}, "email", "The email must be a valid email address."),
        ({"email": "p" * 190 + "@test.com"}, "email", "The email may not be greater than 191 characters."),
        (
            {"email": "pedro@gmail.com"},
            "email",
            "The email must be at a domain of its owner's, not at a free email provider's.",
        ),
        ({"reply_to_email": "x@"}, "reply_to_email", "The reply to email must be a valid email address."),
        (
            {"reply_to_email": "jörg@test.com"},
            "reply_to_email",
            "The reply to email may have only ASCII characters before the @.",
        ),
        (
            {"reply_to_email": None},
            "reply_to_email",
            "The reply to email field is required when reply to name is present.",
        ),
        (
            {"reply_to_name": "x" * 192},
            "reply_to_name",
            "The reply to name may not be greater than 191 characters.",
        ),
        ({"add_note": "yes"}, "add_note", "The add note field must be true or false."),
        (
            {"personal_note": "  "},
            "personal_note",
            "The personal note field is required when add note is true.",
        ),
        (
            {"personal_note": "x" * 100_000},
            "personal_note",
            "The personal note may not be greater than 250 characters.",
        ),
    ],
)
def test_a_wrong_field_is_named_with_what_is_wrong(changes, field, text):
    assert wrong_fields(BODY | changes) == {field: [text]}


@pytest.mark.parametrize("field", ["name", "reply_to_name"])
@pytest.mark.parametrize(
    "bad",
    ["\r\nBcc: x@y.com", "\n", "\r", "\0", "\x1b[2J", "\u202e", "\u2066", "\u200f", "\u2028", "\u0085", "\t"],
)
def test_a_name_is_one_line_in_one_direction(field, bad):
    words = field.replace("_", " ")
    assert wrong_fields(BODY | {field: f"Amy{bad}Pond"}) == {
        field: [f"The {words} contains characters that can't be used."]
    }


@pytest.mark.parametrize("bad", ["\0", "\x08", "\u202e", "\ud800"])
def test_a_note_has_no_controls_but_its_line_breaks(bad):
    assert wrong_fields(BODY | {"personal_note": f"Hi{bad}!"}) == {
        "personal_note": ["The personal note contains characters that can't be used."]
    }
    note = wire.read_creation(BODY | {"personal_note": "Hi,\r\n\tAmy\rbye\n"}, RULES).personal_note
    assert note == "Hi,\n\tAmy\nbye"


def test_markup_and_links_in_a_note_are_plain_text():
    note = '<a href="https://evil.example">click</a>'
    assert wire.read_creation(BODY | {"personal_note": note}, RULES).personal_note == note


def test_an_internationalised_address_is_an_address():
    assert wire.read_creation(BODY | {"email": "Jörg@Bücher.example"}, RULES).email == EmailAddress(
        "Jörg", "xn--bcher-kva.example", "bücher.example"
    )


# --- GET --------------------------------------------------------------------------------------------------------------


def test_a_list_without_a_query_is_the_first_25():
    assert wire.read_list(()) == PageRequest(1, 25)


def test_a_list_may_be_of_one_domain():
    query = (("domain_id", ID), ("page", "2"), ("limit", "100"))
    assert wire.read_list(query) == PageRequest(2, 100, ID)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("order=asc", {"order": Order.ASCENDING}),
        ("order_by=created_at&order=desc", {}),
        ("order_by=email", {"order_by": OrderBy.EMAIL, "order": Order.ASCENDING}),
        ("order_by=email&order=desc", {"order_by": OrderBy.EMAIL}),
        ("order_by=verified_at", {"order_by": OrderBy.VERIFIED_AT}),
        ("query= amy ", {"query": "amy"}),
        ("query=&order_by=&order=", {}),
    ],
)
def test_a_list_may_be_searched_and_ordered(query, expected):
    parts = [tuple(part.split("=", 1)) for part in query.split("&")]
    assert wire.read_list(parts) == PageRequest(**expected)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (PageRequest(), {}),
        (PageRequest(order=Order.ASCENDING), {"order": "asc"}),
        (PageRequest(order_by=OrderBy.EMAIL, order=Order.ASCENDING), {"order_by": "email"}),
        (
            PageRequest(query="a+b", order_by=OrderBy.EMAIL),
            {"query": "a+b", "order_by": "email", "order": "desc"},
        ),
    ],
)
def test_every_page_of_a_list_keeps_what_was_asked_for(asked, kept):
    reply = wire.listed(IdentityPage(asked, (pedro(),), 60), "https://api.example", NOW)
    following = dict(parse_qsl(urlsplit(reply.body["links"]["next"]).query))
    assert ("cursor" in following) is not asked.is_search
    following.pop("cursor", None)
    assert following == kept | {"limit": "25", "page": "2"}
    parts = tuple(following.items())
    assert wire.read_list(parts) == replace(asked, number=2)


@pytest.mark.parametrize(
    ("query", "field", "text"),
    [
        ("page=0", "page", "The page must be at least 1."),
        ("page=-1", "page", "The page must be at least 1."),
        ("page=x", "page", "The page must be an integer."),
        ("page=" + "9" * 5000, "page", "The page may not be greater than 999999999."),
        ("page=1" + "0" * 9, "page", "The page may not be greater than 999999999."),
        ("page=-" + "9" * 5000, "page", "The page must be at least 1."),
        ("limit=-1", "limit", "The limit must be at least 10."),
        ("limit=" + "9" * 20, "limit", "The limit may not be greater than 100."),
        ("limit=--1", "limit", "The limit must be an integer."),
        ("limit=9", "limit", "The limit must be at least 10."),
        ("limit=101", "limit", "The limit may not be greater than 100."),
        ("limit=2.5", "limit", "The limit must be an integer."),
        ("domain_id=x", "domain_id", "The selected domain id is invalid."),
        ("cursor=x", "cursor", "The selected cursor is invalid."),
        ("order_by=name", "order_by", "The selected order by is invalid."),
        ("order=up", "order", "The selected order is invalid."),
        ("query=" + "a" * 192, "query", "The query may not be greater than 191 characters."),
    ],
)
def test_a_wrong_query_is_named(query, field, text):
    with pytest.raises(InvalidFieldsError) as caught:
        wire.read_list([tuple(query.split("=", 1))])
    assert caught.value.fields == {field: (text,)}


def test_every_wrong_part_of_a_query_is_named():
    with pytest.raises(InvalidFieldsError) as caught:
        wire.read_list([("page", "0"), ("limit", "1"), ("domain_id", "x")])
    assert set(caught.value.fields) == {"page", "limit", "domain_id"}


def test_what_cannot_be_an_id_is_not_found():
    assert wire.read_id(ID) == ID
    with pytest.raises(IdentityNotFoundError):
        wire.read_id("../x")


# --- PUT --------------------------------------------------------------------------------------------------------------


def test_a_change_names_what_is_to_be_otherwise():
    assert wire.read_change(BODY, RULES) == IdentityChange(
        domain_id=ID,
        email=address("pedro@test.com"),
        name="Pedro Doe",
        reply_to_email=address("test@test.com"),
        reply_to_name="Test Doe",
        add_note=True,
        personal_note=BODY["personal_note"],
    )


def test_an_absent_field_stays_and_null_or_nothing_empties_an_optional_one():
    optional = ("reply_to_email", "reply_to_name", "personal_note")
    assert wire.read_change({}, RULES) == IdentityChange()
    assert wire.read_change(dict.fromkeys(optional), RULES) == IdentityChange(cleared=frozenset(optional))
    assert wire.read_change(dict.fromkeys(optional, ""), RULES) == IdentityChange(cleared=frozenset(optional))


def test_null_leaves_a_field_that_an_identity_needs():
    nothing = dict.fromkeys(("domain_id", "email", "name", "add_note"))
    assert wire.read_change(nothing, RULES) == IdentityChange()


def test_an_address_in_a_path_is_read_like_any_other():
    assert wire.read_email("Pedro+x@Test.com", RULES) == EmailAddress("Pedro+x", "test.com", "test.com")
    with pytest.raises(IdentityNotFoundError):
        wire.read_email("pedro", RULES)


@pytest.mark.parametrize(
    ("changes", "usable", "reason"),
    [
        ({"status": IdentityStatus.VERIFIED, "decided_at": NOW}, True, None),
        (
            {"status": IdentityStatus.VERIFIED, "decided_at": NOW, "lapsed": True},
            False,
            "domain_not_verified",
        ),
        ({}, False, "pending"),
        ({"status": IdentityStatus.REFUSED, "decided_at": NOW}, False, "refused"),
        ({"mailed_generation": 1, "mailed_at": NOW, "expires_at": NOW}, False, "expired"),
    ],
)
def test_an_identity_says_whether_it_can_be_used_and_why_not(changes, usable, reason):
    shown = wire.identity_object(identity(**changes), NOW)

    assert (shown["usable"], shown["unusable_reason"]) == (usable, reason)
