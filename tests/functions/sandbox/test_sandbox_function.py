"""Test recipients from the call to the page: as Sendara's clients ask, as a scanner and as a person."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.confirmations import ConfirmationTable
from letterhead.adapters.tables.sandbox import SandboxTable
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.identities.links import ConfirmationLink, derive_token, hash_of
from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency
from tests.fakes.sending_domains import NOW, registered_domain
from tests.fakes.stored_domains import put

PATH = "/v1/test-recipients"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def agency(tables):
    return Agency()


@pytest.fixture
def function(tables, load):
    return load("sandbox", SHARED_SENDER="hello@operator.example")


@pytest.fixture
def pages(tables, load):
    return load("confirmations")


@pytest.fixture
def key(agency):
    return agency.token(Dialect.SENDARA, scopes=frozenset({"admin"})).text


def add(function, key, email="rory@bookshelf.com"):
    return function.call("POST", PATH, key, json={"email": email})


def link_of(agency, answer):
    """The path in the mail that the recipient gets."""
    recipient_id = identifiers.from_prefixed("rcpt", answer.json["id"])
    token = derive_token(b"k" * 64, recipient_id, 1, "test_recipient")
    ends = datetime.now(UTC) + timedelta(hours=72)
    link = ConfirmationLink(hash_of(token), agency.account.account_id, recipient_id, 1, ends)
    ConfirmationTable("ConfirmationsTable").keep(link)
    return f"/test-recipients/{token}"


def listed(function, key):
    return function.call("GET", PATH, key).json["recipients"]


def test_a_new_recipient_is_pending_and_listed(function, key):
    answer = add(function, key, "Rory@Bücher.example")
    assert answer.status == 201
    assert answer.json == {
        "id": answer.json["id"],
        "email": "Rory@bücher.example",
        "status": "pending",
        "verified_at": None,
        "created_at": answer.json["created_at"],
        "mail_failure": None,
    }
    assert re.fullmatch(r"rcpt_[0-9a-f]{32}", answer.json["id"])
    assert listed(function, key) == [answer.json]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": None},
        {"email": ""},
        {"email": 7},
        {"email": ["a@b.example"]},
        {"email": "rory"},
        {"email": "a@b.example\r\nBcc: c@d.example"},
        {"email": "a@b.example, c@d.example"},
        {"email": "rö@bookshelf.com"},
        {"email": "x" * 321 + "@b.example"},
        {"email": "a\0@b.example"},
    ],
)
def test_what_no_mail_reaches_is_named_as_wrong(function, key, body):
    answer = function.call("POST", PATH, key, json=body)
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_request")
    assert "email" in answer.json["error"]["message"]
    assert listed(function, key) == []


def test_the_fourth_and_the_same_one_twice_are_refused(function, key):
    assert [add(function, key, f"r{number}@x.example").status for number in range(3)] == [201] * 3
    fourth, again = add(function, key, "r4@x.example"), add(function, key, "R1@x.example")
    assert (fourth.status, fourth.json["error"]["code"]) == (409, "limit_reached")
    assert (again.status, again.json["error"]["code"]) == (400, "invalid_request")


def test_a_scanner_that_follows_the_link_verifies_nobody_and_the_button_does(function, pages, agency, key):
    answer = add(function, key)
    path = link_of(agency, answer)
    for method in ("GET", "HEAD", "GET"):
        page = pages.call(method, path)
        assert page.status == 200
    assert pages.call("POST", path, headers=FORM, body="decision=confirm").status == 400
    assert listed(function, key)[0]["status"] == "pending"
    visit = re.search(r'name="visit" value="([^"]+)"', page.text)[1]
    done = pages.call("POST", path, headers=FORM, body=urlencode({"visit": visit, "decision": "confirm"}))
    assert (done.status, "agency" in done.text) == (200, True)
    (recipient,) = listed(function, key)
    assert recipient["status"] == "verified"
    assert recipient["verified_at"] is not None
    assert pages.call("GET", path).status == 410


def test_a_no_is_shown_and_holds_off_the_next_question(function, pages, agency, key):
    answer = add(function, key)
    path = link_of(agency, answer)
    visit = re.search(r'name="visit" value="([^"]+)"', pages.call("GET", path).text)[1]
    assert (
        pages.call("POST", path, headers=FORM, body=urlencode({"visit": visit, "decision": "refuse"})).status
        == 200
    )
    assert listed(function, key)[0]["status"] == "refused"
    assert function.call("POST", f"{PATH}/{answer.json['id']}/resend", key).status == 429
    assert function.call("DELETE", f"{PATH}/{answer.json['id']}", key).status == 204
    assert add(function, key).status == 429


def test_the_page_shows_names_as_text_and_keeps_the_link_to_itself(function, pages, tables):
    agency = Agency("<b>evil</b>")
    key = agency.token(Dialect.SENDARA, scopes=frozenset({"send"})).text
    path = link_of(agency, add(function, key))
    page = pages.call("GET", path)
    assert "&lt;b&gt;evil&lt;/b&gt;" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert path.rpartition("/")[2] not in pages.log


def test_a_link_of_one_kind_opens_no_page_of_the_other(function, pages, agency, key):
    path = link_of(agency, add(function, key))
    assert pages.call("GET", path.replace("/test-recipients/", "/confirmations/")).status == 404


@pytest.mark.parametrize("link", ["x", "t" * 43, "%3Cscript%3E"])
def test_an_unknown_link_is_a_page_too(pages, link):
    for method in ("GET", "POST"):
        page = pages.call(method, f"/test-recipients/{link}", headers=FORM, body="")
        assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_asking_again_answers_without_a_body_and_grows_the_generation(function, agency, key):
    answer = add(function, key)
    again = function.call("POST", f"{PATH}/{answer.json['id']}/resend", key)
    assert (again.status, again.text) == (204, "")
    (one,) = SandboxTable("SandboxTable").of_account_now(agency.account.account_id).recipients
    assert one.generation == 2


def test_a_test_key_lists_but_has_nobody_asked(function, agency):
    key = agency.token(Dialect.SENDARA, scopes=frozenset({"admin"}), test_mode=True).text
    assert function.call("GET", PATH, key).status == 200
    assert add(function, key).status == 403


def test_the_same_request_with_an_idempotency_key_twice_is_one_recipient(function, key):
    answers = [
        function.call("POST", PATH, key, json={"email": "r@x.example"}, headers={"idempotency-key": "k1"})
        for _ in range(2)
    ]
    assert [each.status for each in answers] == [201, 201]
    assert len(listed(function, key)) == 1


@pytest.mark.parametrize("number", range(1, 7))
def test_who_is_told_to_come_back_has_added_nobody(function, key, dynamodb_faults, number):
    listed(function, key)
    dynamodb_faults.break_call(number)
    answer = add(function, key)
    dynamodb_faults.mend()
    assert answer.status in (201, 503)
    assert [one["email"] for one in listed(function, key)] == ["rory@bookshelf.com"] * (answer.status == 201)


def test_a_store_that_cannot_be_read_adds_nobody(function, key, dynamodb_faults):
    listed(function, key)
    statuses = []
    for number in range(1, 7):
        dynamodb_faults.break_call(number)
        statuses.append(add(function, key, f"r{number}@x.example").status)
        dynamodb_faults.mend()
    assert 503 in statuses


def test_an_account_is_in_the_sandbox_until_a_domain_of_its_may_send(function, agency, key):
    path = "/v1/account/verification"
    assert function.call("GET", path, key).json == {
        "sandbox_mode": True,
        "shared_email_sender": "hello@operator.example",
        "channels": [{"channel": "email", "verified": False}],
    }
    ready = {"can_send": True, "statuses": dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED)}
    put(
        agency.domains,
        registered_domain(
            "ready.example", agency.account.account_id, domain_id=identifiers.new_id(NOW), **ready
        ),
    )
    answer = function.call("GET", path, key)
    assert answer.json["sandbox_mode"] is False
    assert answer.json["channels"] == [{"channel": "email", "verified": True}]


def test_a_domain_without_dmarc_leaves_a_sendara_account_in_the_sandbox(function, agency, key):
    statuses = {each: RecordStatus.VERIFIED for each in RecordPurpose if each is not RecordPurpose.DMARC}
    domain = registered_domain(
        "almost.example",
        agency.account.account_id,
        domain_id=identifiers.new_id(NOW),
        can_send=True,
        statuses=statuses,
    )
    put(agency.domains, domain)
    assert function.call("GET", "/v1/account/verification", key).json["sandbox_mode"] is True
