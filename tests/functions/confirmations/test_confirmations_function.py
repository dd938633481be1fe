"""The public pages from API Gateway's event to its answer: what a scanner can do, and what a person can."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from letterhead.adapters.tables.confirmations import ConfirmationTable
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.identity_settings import IdentitySettingsTable
from letterhead.adapters.tables.outbox import OutboxItem
from letterhead.identities.identity import IdentityDomain
from letterhead.identities.links import ConfirmationLink, derive_token, hash_of
from letterhead.identities.settings import SettingsChange
from tests.capacity_meter import metered
from tests.fakes.sender_identities import identity
from tests.fakes.tenant import tenant

FORM = {"content-type": "application/x-www-form-urlencoded"}


class Mail:
    """A mail with a link in it, as it lies in somebody's mailbox."""

    def __init__(self, *, expires_in: timedelta = timedelta(hours=72)) -> None:
        agency = tenant()
        self.identity = identity(account_id=agency.account_id, domain=IdentityDomain.of(agency.domain))
        IdentityTable("IdentitiesTable").add(self.identity)
        token = derive_token(b"k" * 64, self.identity.identity_id, 1)
        ConfirmationTable("ConfirmationsTable").keep(
            ConfirmationLink(
                hash_of(token),
                agency.account_id,
                self.identity.identity_id,
                1,
                datetime.now(UTC) + expires_in,
            )
        )
        self.path = f"/confirmations/{token}"
        self.token = token

    @property
    def kept(self):
        return IdentityTable("IdentitiesTable").by_id_now(self.identity.account_id, self.identity.identity_id)


@pytest.fixture
def function(tables, load):
    return load("confirmations")


@pytest.fixture
def mail(tables):
    return Mail()


def visit_of(page):
    return re.search(r'name="visit" value="([^"]+)"', page.text)[1]


def press(function, mail, decision="confirm", visit="", *, as_bytes=False):
    form = urlencode({"visit": visit, "decision": decision})
    return function.call("POST", mail.path, headers=FORM, body=form.encode() if as_bytes else form)


def test_the_page_names_who_asks_and_the_button_confirms(function, mail):
    page = function.call("GET", mail.path)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Web Agency" in page.text
    done = press(function, mail, visit=visit_of(page), as_bytes=True)
    assert done.status == 200
    assert mail.kept.is_verified


def test_who_confirms_gets_the_accounts_own_words_as_text_and_who_refuses_does_not(function, mail):
    settings = IdentitySettingsTable("IdentitySettingsTable")
    settings.change(mail.identity.account_id, SettingsChange({"success_message": "Thanks <b>so</b> much"}))
    page = function.call("GET", mail.path)
    assert "Thanks" not in page.text
    done = press(function, mail, visit=visit_of(page))
    assert "Thanks &lt;b&gt;so&lt;/b&gt; much" in done.text
    other = Mail()
    refused = press(function, other, "refuse", visit_of(function.call("GET", other.path)))
    assert "Thanks" not in refused.text


@pytest.mark.parametrize("decision", ["confirm", "refuse"])
def test_a_decision_lies_in_the_outbox(function, mail, decision):
    press(function, mail, decision, visit_of(function.call("GET", mail.path)))
    (event,) = OutboxItem.query(mail.identity.account_id)
    assert (
        event.event_type
        == {"confirm": "sender_identity.verified", "refuse": "sender_identity.refused"}[decision]
    )
    assert event.data["email"] == "amy@bookshelf.com"


def test_no_number_of_visits_changes_anything(function, mail):
    for _ in range(3):
        with metered(connection().client) as meter:
            function.call("GET", mail.path)
        assert meter.write_units() == 0
    assert mail.kept == mail.identity


def test_a_post_without_the_pages_field_changes_nothing(function, mail):
    for headers, body in (
        ({}, None),
        (FORM, ""),
        (FORM, "decision=confirm"),
        ({"content-type": "application/json"}, "{}"),
    ):
        answer = function.call("POST", mail.path, headers=headers, body=body)
        assert answer.status == 400
        assert visit_of(answer)
    assert mail.kept == mail.identity


def test_no_refuses(function, mail):
    page = function.call("GET", mail.path)
    assert press(function, mail, "refuse", visit_of(page)).status == 200
    assert function.call("GET", mail.path).status == 410
    assert not mail.kept.is_verified


def test_a_double_click_is_thanked_twice_and_a_later_visit_is_told_that_the_link_was_used(function, mail):
    visit = visit_of(function.call("GET", mail.path))
    assert [press(function, mail, visit=visit).status for _ in range(2)] == [200, 200]
    later = function.call("GET", mail.path)
    assert (later.status, "already used" in later.text) == (410, True)


def test_an_expired_link_has_its_own_page(function, tables):
    page = function.call("GET", Mail(expires_in=timedelta(0)).path)
    assert (page.status, "expired" in page.text) == (410, True)


@pytest.mark.parametrize("link", ["x", "t" * 43, "%3Cscript%3E", "..%2F..%2Fetc", "é"])
def test_an_unknown_link_is_a_page_too_whatever_it_looks_like(function, link):
    for method in ("GET", "POST"):
        page = function.call(method, f"/confirmations/{link}", headers=FORM, body="")
        assert page.status == 404
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "script" not in page.text


def test_every_answer_keeps_the_link_to_itself(function, mail):
    pages = [function.call("GET", mail.path), function.call("GET", "/confirmations/x"), press(function, mail)]
    for page in pages:
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert mail.token not in page.text


def test_a_table_that_does_not_answer_confirms_nothing(function, mail, dynamodb_faults):
    visit = visit_of(function.call("GET", mail.path))
    dynamodb_faults.break_call(2)
    assert press(function, mail, visit=visit).status == 503
    dynamodb_faults.mend()
    assert not mail.kept.is_verified
    assert press(function, mail, visit=visit).status == 200


def test_links_are_not_logged(function, mail):
    press(function, mail, visit=visit_of(function.call("GET", mail.path)))
    assert mail.token not in function.log
    assert "bookshelf" not in function.log
    assert {line["route"] for line in function.lines} == {"/confirmations/{link}"}
