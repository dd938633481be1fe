"""The function that lets messages leave, as Lambda loads it: what a batch costs, and what faults do to it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from letterhead import identifiers
from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables import batch_reading
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.messages import MessageTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.messages.message import MessageStatus
from tests.capacity_meter import metered
from tests.fakes.agency import Agency
from tests.fakes.aws import REGION
from tests.fakes.mail_events import batch_of
from tests.fakes.message_world import draft, mailbox, message
from tests.fakes.scripted_server import Script, scripted_server
from tests.fakes.suppressed import suppression

SES_ANSWER = {
    "MessageId": "0100000000000000-test-000000",
    "SendQuota": {"MaxSendRate": 1e6, "Max24HourSend": 1e9, "SentLast24Hours": 0},
}
LONG = draft(html="<p>" + "".join(str(number**9) for number in range(2_000)) + "</p>")


@pytest.fixture(scope="module")
def _ses():
    with scripted_server() as server:
        yield server


@pytest.fixture
def ses(_ses, monkeypatch):
    """An SES that takes everything; `asked` counts the mails."""
    _ses.answers = [Script(body=json.dumps(SES_ANSWER).encode())]
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", _ses.url)
    return _ses


class Sending:
    """An account with a domain, its messages, and the function."""

    def __init__(self, function, ses):
        self._function, self._ses = function, ses
        self.agency = Agency()
        self.domain = self.agency.domain("mail.agency.example")
        self.store = MessageTable("MessagesTable", MessageContents("ContentsBucket"), timedelta(days=30))
        self.lists = SuppressionTable("SuppressionsTable", OutboxTable("OutboxTable"))
        self(*self.put("first@reader.example"))  # asks SES for its rate
        self._ses.asked = 0

    def put(self, *recipients, **changes):
        now = datetime.now(UTC)
        facts = {"account_id": self.agency.account.account_id, "domain_id": self.domain.domain_id}
        made = [
            message(
                **{
                    **facts,
                    "message_id": identifiers.new_id(now),
                    "created_at": now,
                    "draft": draft(to=(mailbox(each),)),
                    **changes,
                }
            )
            for each in recipients
        ]
        self.store.add_all(made)
        return made

    def __call__(self, *messages):
        requests = ({"account_id": one.account_id, "message_id": one.message_id} for one in messages)
        answer = self._function(batch_of(*requests))
        return [int(each["itemIdentifier"]) for each in answer["batchItemFailures"]]

    def suppress(self, address):
        account_id = self.agency.account.account_id
        self.lists.add([suppression(address, domain_id=None, account_id=account_id)], datetime.now(UTC))

    @property
    def mails(self):
        return self._ses.asked

    def statuses(self, messages):
        return [self.store.by_id(one.account_id, one.message_id).status for one in messages]


@pytest.fixture
def sending(tables, ses, load):
    boto3.client("s3").create_bucket(
        Bucket="ContentsBucket", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return Sending(load("send_messages"), ses)


@pytest.fixture
def unanswered(tables, monkeypatch):
    """Keys that BatchGetItem leaves unanswered, each with how often."""
    monkeypatch.setattr(batch_reading.time, "sleep", lambda _: None)
    times: Counter[str] = Counter()

    def leave_out(parsed, **_):
        for table, items in parsed.get("Responses", {}).items():
            left = [item for item in items if times[_name(item)] > 0]
            if left:
                keys = [{name: item[name] for name in _key_of(item)} for item in left]
                times.subtract(_name(item) for item in left)
                parsed["UnprocessedKeys"] = {table: {"Keys": keys}}
                parsed["Responses"][table] = [item for item in items if item not in left]

    events = connection().client.meta.events
    events.register("after-call.dynamodb.BatchGetItem", leave_out)
    yield times
    events.unregister("after-call.dynamodb.BatchGetItem", leave_out)


def _key_of(item):
    return ("account_id", "sort_key" if "sort_key" in item else "message_id")


def _name(item):
    return item[_key_of(item)[1]]["S"]


def readers(number):
    return [f"reader{each}@reader.example" for each in range(number)]


def test_a_batch_of_ten_takes_two_reads_for_all_and_three_calls_a_mail(sending):
    made = sending.put(*readers(10))
    with metered(connection().client) as cost:
        assert sending(*made) == []
    assert sending.mails == 10
    assert cost.operations("BatchGetItem") == 2
    assert cost.operations("UpdateItem") == 20
    assert (
        len(cost.charges) <= 20 + 2 + 2
    )  # the account and the domain, if the second since the last look is over
    assert cost.read_units("MessagesTable", "SuppressionsTable") <= 10 * 1.5 + 0.5
    assert cost.write_units("MessagesTable") <= 10 * 4


def test_many_recipients_are_looked_up_a_hundred_at_a_time(sending):
    made = [*sending.put("rita@reader.example", draft=draft(to=tuple(map(mailbox, readers(50)))))]
    for number in range(5):
        cc = tuple(mailbox(f"copy{number}-{each}@reader.example") for each in range(10))
        bcc = tuple(mailbox(f"blind{number}-{each}@reader.example") for each in range(10))
        to = tuple(mailbox(f"to{number}-{each}@reader.example") for each in range(30))
        made += sending.put("rita@reader.example", draft=draft(to=to, cc=cc, bcc=bcc))
    sending.suppress("blind4-9@reader.example")
    with metered(connection().client) as cost:
        assert sending(*made) == []
    assert cost.operations("BatchGetItem") == 1 + 4  # 301 keys
    assert sending.statuses(made) == [MessageStatus.SENT] * 6


def test_an_entry_made_between_two_batches_is_heeded(sending):
    first, second = sending.put("rita@reader.example", "rita@reader.example")
    assert sending(first) == []
    sending.suppress("rita@reader.example")
    assert sending(second) == []
    assert sending.mails == 1
    assert sending.statuses([first, second]) == [MessageStatus.SENT, MessageStatus.FAILED]


def test_a_message_that_stands_in_a_batch_twice_is_sent_once(sending):
    (made,) = sending.put("rita@reader.example")
    assert sending(made, made, made) == []
    assert sending.mails == 1


def test_large_contents_come_with_their_messages_and_one_that_is_lost_holds_no_other(sending):
    made = sending.put("a@reader.example", "b@reader.example", draft=LONG) + sending.put("c@reader.example")
    head = sending.store.heads([(made[0].account_id, made[0].message_id)])
    (lost,) = (each.content_key for each in head.values())
    boto3.client("s3").delete_object(Bucket="ContentsBucket", Key=lost)
    assert sending(*made) == [0]
    assert sending.statuses(made[1:]) == [MessageStatus.SENT] * 2


@pytest.mark.parametrize("times", [1, 4])
def test_what_dynamodb_leaves_unanswered_is_asked_for_again(sending, unanswered, times):
    made = sending.put("a@reader.example", "b@reader.example", "c@reader.example")
    sending.suppress("c@reader.example")
    unanswered.update({made[1].message_id: times, "a#c@reader.example": times})
    assert sending(*made) == []
    assert sending.mails == 2


def test_a_message_that_stays_unanswered_comes_again_and_the_others_leave(sending, unanswered):
    made = sending.put("a@reader.example", "b@reader.example", "c@reader.example")
    unanswered[made[1].message_id] = 1_000
    assert sending(*made) == [1]
    assert sending.mails == 2


def test_only_messages_whose_recipients_lists_cannot_be_read_come_again(sending, unanswered):
    made = sending.put("a@reader.example", "b@reader.example", "c@reader.example")
    sending.suppress("b@reader.example")
    unanswered["a#b@reader.example"] = 1_000
    assert sending(*made) == [1]
    assert sending.mails == 2
    unanswered.clear()
    assert sending(made[1]) == []
    assert sending.mails == 2


@pytest.mark.parametrize("number", [0, 1])
def test_whichever_look_fails_all_leave_and_nothing_leaves_twice(sending, dynamodb_faults, number):
    made = sending.put("a@reader.example", "b@reader.example")
    sending.suppress("b@reader.example")
    dynamodb_faults.break_call(number)
    assert sending(*made) == []
    dynamodb_faults.mend()
    assert sending.statuses(made) == [MessageStatus.SENT, MessageStatus.FAILED]
    assert sending.mails == 1


def test_one_that_nobody_can_read_holds_no_other(sending):
    made = sending.put("a@reader.example", "b@reader.example", "c@reader.example")
    key = {"account_id": {"S": made[1].account_id}, "message_id": {"S": made[1].message_id}}
    boto3.client("dynamodb").update_item(
        TableName="MessagesTable",
        Key=key,
        UpdateExpression="SET draft = :draft",
        ExpressionAttributeValues={":draft": {"B": b"no draft"}},
    )
    assert sending(*made) == [1]
    assert sending.mails == 2
