"""Unsubscribing from API Gateway's event to the lists: what a scanner does, what a mailbox provider does, what a person does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.messages import MessageTable
from letterhead.adapters.tables.outbox import OutboxItem, OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.messages.unsubscribe_link import link_token
from tests.fakes.message_world import message

FORM = {"content-type": "application/x-www-form-urlencoded"}
CLICK = "List-Unsubscribe=One-Click"
RITA = "rita@reader.example"


@pytest.fixture
def function(tables, load):
    boto3.client("secretsmanager").create_secret(Name="LinkKey", SecretString="k" * 64)
    return load("unsubscribes", LINK_KEY_SECRET="LinkKey")


@pytest.fixture
def sent(tables):
    one = replace(message(), unsubscribable=True, created_at=datetime.now(UTC))
    MessageTable("MessagesTable", None, timedelta(days=1)).add(one)
    return one


def path_of(one):
    return f"/unsubscribe/{link_token(b'k' * 64, one)}"


def blocked(one, domain_id):
    table = SuppressionTable("SuppressionsTable", OutboxTable("OutboxTable"))
    return table.blocking(one.account_id, domain_id, [RITA], datetime.now(UTC))


def test_a_scanner_that_follows_the_link_unsubscribes_nobody(function, sent):
    for method in ("GET", "HEAD"):
        assert function.call(method, path_of(sent)).status == 200
    assert function.call("POST", path_of(sent), headers=FORM, body="").status == 400
    assert blocked(sent, sent.domain_id) == {}


def test_one_click_stops_this_domains_mail_and_no_other_domains(function, sent):
    answer = function.call("POST", path_of(sent), headers=FORM, body=CLICK)
    assert answer.status == 200
    (block,) = blocked(sent, sent.domain_id)[RITA]
    assert (block.list, block.domain_id) == ("unsubscribes", sent.domain_id)
    assert blocked(sent, "0another00domain") == {}
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_clicking_twice_is_one_entry_one_event_and_one_count(function, sent):
    for _ in range(2):
        assert function.call("POST", path_of(sent), headers=FORM, body=CLICK).status == 200
    (event,) = OutboxItem.query(sent.account_id)
    assert event.event_type == "suppression.added"
    day = datetime.now(UTC).strftime("%Y%m%d")
    counted = [each.totals for each in CountTable("CountsTable").days(sent.domain_id, day, day)]
    assert counted == [{"unsubscribed": 1}]


def test_a_forged_link_is_a_page_that_says_nothing(function, sent):
    other = path_of(replace(sent, message_id="0another0message"))
    for path in (other, path_of(sent)[:-1] + "~", "/unsubscribe/x"):
        for method in ("GET", "POST"):
            page = function.call(method, path, headers=FORM, body=CLICK if method == "POST" else "")
            assert page.status == 404
            assert "reader" not in page.text
    assert blocked(sent, sent.domain_id) == {}


def test_the_page_keeps_the_link_to_itself_and_the_log_has_neither_link_nor_address(function, sent):
    page = function.call("GET", path_of(sent))
    function.call("POST", path_of(sent), headers=FORM, body=CLICK)
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert path_of(sent).rpartition("/")[2] not in function.log
    assert "reader" not in function.log
    assert {line["route"] for line in function.lines} == {"/unsubscribe/{link}"}


def test_a_link_serves_for_sixty_days_though_activity_is_kept_for_less(tables, sent):
    plain = replace(message(), created_at=sent.created_at)
    store = MessageTable("MessagesTable", None, timedelta(days=1))
    store.add(plain)
    found = boto3.client("dynamodb").scan(TableName="MessagesTable")["Items"]
    kept = {one["message_id"]["S"]: int(one["forget_at"]["N"]) - sent.created_at.timestamp() for one in found}
    assert round(kept[sent.message_id] / 86400) == 60
    assert round(kept[plain.message_id] / 86400) == 1


@pytest.mark.parametrize("number", range(1, 6))
def test_a_table_that_does_not_answer_makes_the_click_come_again(function, sent, dynamodb_faults, number):
    dynamodb_faults.break_call(number)
    answer = function.call("POST", path_of(sent), headers=FORM, body=CLICK)
    dynamodb_faults.mend()
    assert answer.status in (200, 503)
    assert function.call("POST", path_of(sent), headers=FORM, body=CLICK).status == 200
    assert len(blocked(sent, sent.domain_id)[RITA]) == 1
