"""What Letterhead adds to each service's domains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from letterhead.dialects.domain_additions import (
    additions,
    challenge_row,
    downloaded,
    entry_object,
    read_dry_run,
    read_form,
    read_history_page,
)
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.times import in_seconds
from letterhead.domains.check import Checked
from letterhead.domains.domain import Ownership
from letterhead.domains.exports.formats import FORMS, export
from letterhead.domains.history import CheckEntry
from letterhead.domains.ports import ChallengeAnswer, ChallengeResult
from letterhead.domains.records import RecordPurpose
from letterhead.domains.verification import Verification
from letterhead.messages.warm_up import WarmUp
from tests.fakes.sending_domains import NOW, claimed_domain, registered_domain
from tests.golden.reading import on_the_wire


def of(domain) -> dict:
    return on_the_wire(additions(domain, in_seconds))


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"ownership": Ownership.UNCONTESTED}, "not_required"),
        ({"ownership": Ownership.CONTESTED}, "pending"),
        ({"ownership": Ownership.HELD}, "not_required"),
        ({"ownership": Ownership.HELD, "proven_at": NOW}, "verified"),
    ],
)
def test_every_domain_shows_its_challenge(facts, status):
    domain = claimed_domain(**facts)

    assert of(domain)["ownership_challenge"] == {
        "type": "TXT",
        "name": "_letterhead-challenge.mail.acme.com",
        "value": domain.challenge,
        "status": status,
    }


def test_a_paused_domain_says_since_when_and_why():
    assert of(claimed_domain())["sending_paused"] is None
    paused = replace(claimed_domain(), paused_at=NOW, pause_reason="bounces")
    assert of(paused)["sending_paused"] == {"reason": "bounces", "since": "2026-06-14T09:00:00Z"}


def test_moments_that_have_not_come_are_null():
    assert (of(claimed_domain())["checked_at"], of(claimed_domain())["ownership_lost_at"]) == (None, None)
    assert of(claimed_domain())["next_check_at"] is None
    assert of(claimed_domain(due_at=NOW))["next_check_at"] == "2026-06-14T09:00:00Z"
    late = of(claimed_domain(checked_at=NOW, lost_at=NOW + timedelta(days=1)))
    assert (late["checked_at"], late["ownership_lost_at"]) == ("2026-06-14T09:00:00Z", "2026-06-15T09:00:00Z")


def test_findings_say_which_record_they_are_about():
    domain = registered_domain(
        findings={
            RecordPurpose.DMARC: [{"code": "dmarc_missing", "blocking": True}],
            RecordPurpose.DKIM_1: [],
        }
    )

    assert of(domain)["findings"] == [
        {"type": "TXT", "name": "_dmarc.mail.acme.com", "code": "dmarc_missing", "blocking": True}
    ]


def test_findings_of_records_that_are_not_shown_are_left_out():
    assert of(claimed_domain(findings={RecordPurpose.DKIM_1: [{"code": "missing"}]}))["findings"] == []


def test_the_challenges_row_is_there_only_when_it_was_asked_for():
    checked = Checked(claimed_domain(), Verification(()))
    assert challenge_row(checked) is None

    asked = Checked(claimed_domain(), Verification(()), ChallengeResult(ChallengeAnswer.ABSENT, "Not there."))
    row = challenge_row(asked)
    assert (row["status"], row["detail"]) == ("pending", "Not there.")


@pytest.mark.parametrize(
    ("query", "body", "dry_run"),
    [
        ({}, {}, False),
        ({"dry_run": "true"}, {}, True),
        ({"dry_run": "1"}, {}, True),
        ({"dry_run": ""}, {}, True),  # `?dry_run`
        ({"dry_run": "False"}, {"dry_run": True}, False),  # the query is the more visible place
        ({}, {"dry_run": True}, True),
        ({}, {"dry_run": False}, False),
        ({}, {"dry_run": None}, False),
    ],
)
def test_a_verification_may_be_tried_out(query, body, dry_run):
    assert read_dry_run(query, body) is dry_run


@pytest.mark.parametrize(
    ("query", "body"),
    [({"dry_run": "yes"}, {}), ({}, {"dry_run": "perhaps"}), ({}, {"dry_run": 1}), ({}, {"dry_run": []})],
)
def test_what_is_neither_true_nor_false_is_named(query, body):
    with pytest.raises(InvalidFieldsError) as refused:
        read_dry_run(query, body)
    assert list(refused.value.fields) == ["dry_run"]


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({}, (25, None)),
        ({"limit": "1", "cursor": "0check0000check0"}, (1, "0check0000check0")),
        ({"limit": "100", "cursor": ""}, (100, None)),
        ({"limit": ""}, (25, None)),
        ({"limit": "0000000000012"}, (12, None)),
    ],
)
def test_the_history_is_asked_for_by_the_page(query, asked):
    assert read_history_page(query) == asked


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"limit": "0"}, ["limit"]),
        ({"limit": "101"}, ["limit"]),
        ({"limit": "9" * 5000}, ["limit"]),
        ({"limit": "000000001999"}, ["limit"]),
        ({"limit": "-1"}, ["limit"]),
        ({"limit": "٣"}, ["limit"]),
        ({"cursor": "0CHECK0000CHECK0"}, ["cursor"]),
        ({"cursor": "zzzzzzzzzzzzzzzz"}, ["cursor"]),
        ({"cursor": "#count", "limit": "x"}, ["limit", "cursor"]),
    ],
)
def test_a_page_that_there_cannot_be_is_named(query, fields):
    with pytest.raises(InvalidFieldsError) as refused:
        read_history_page(query)
    assert list(refused.value.fields) == fields


def test_records_are_asked_for_in_one_of_the_forms_or_in_none():
    assert {read_form({"format": form}) for form in FORMS} == set(FORMS)
    assert read_form({}) is read_form({"format": ""}) is None
    with pytest.raises(InvalidFieldsError) as refused:
        read_form({"format": "word"})
    assert "zone, route53, terraform, cloudflare, csv" in refused.value.fields["format"][0]


def test_a_download_is_a_file_with_a_name():
    reply = downloaded(export(registered_domain(), "zone"))

    assert reply.content_type == "text/dns; charset=utf-8"
    assert reply.headers == {"content-disposition": 'attachment; filename="mail.acme.com.zone"'}


def test_an_entry_of_the_history_says_when_and_how_often():
    entry = CheckEntry(
        "0domain00domain0", "0check0000check0", NOW, NOW + timedelta(hours=6), 3, {"results": []}
    )

    assert entry_object(entry, in_seconds) == {
        "id": "0check0000check0",
        "first_checked_at": "2026-06-14T09:00:00Z",
        "last_checked_at": "2026-06-14T15:00:00Z",
        "checks": 3,
        "results": [],
    }


def test_a_warm_up_shows_its_allowance_until_it_is_over():
    day = date(2026, 6, 14)
    found = [None, WarmUp(200, day), WarmUp(None, day)]
    shown = [of(replace(claimed_domain(), warm_up=each))["warm_up"] for each in found]
    assert shown == [None, {"allowance": 200, "day": "2026-06-14"}, None]
