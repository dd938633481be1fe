"""The messages table and its in-memory fake: one contract, and what the table costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.messages import MessageTable
from letterhead.messages.draft import Attachment, MessageType, UploadedFile
from letterhead.messages.message import MessageChangedError, MessageStatus
from letterhead.messages.schedules import ScheduleQuery, ScheduleStatus
from tests.capacity_meter import metered
from tests.fakes.message_world import NOW, InMemoryMessages, draft, later, mailbox, message
from tests.fakes.sender_identities import ACCOUNT


class Contents:
    """The store of contents, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put_all(self, contents):
        keys = {of: "/".join(("messages", *of)) for of in contents}
        self.kept.update({keys[of]: content for of, content in contents.items()})
        return keys

    def get(self, key):
        return self.kept[key]


@pytest.fixture
def contents():
    return Contents()


@pytest.fixture
def table(tables, contents):
    return MessageTable("MessagesTable", contents, kept=timedelta(days=30))


@pytest.fixture(params=["table", "memory"])
def store(request):
    return InMemoryMessages() if request.param == "memory" else request.getfixturevalue("table")


EVERYTHING = draft(
    to=(mailbox("rita@reader.example", "Rita"), mailbox("b@reader.example")),
    cc=(mailbox("c@reader.example"),),
    bcc=(mailbox("d@reader.example"),),
    reply_to=mailbox("desk@web-agency.com", "Desk"),
    html="<p>Grüße</p>",
    attachments=(
        Attachment("logo.png", b"\x89PNG\x00", "image/png", inline=True, content_id="logo"),
        Attachment(
            "film.mp4", b"", "video/mp4", upload=UploadedFile("0upload00upload0", 5_000_000, '"mark"')
        ),
    ),
    tags=("spring", "summer"),
    headers=(("X-Campaign", "spring"),),
    in_reply_to="<a@b>",
    references=("<a@b>", "<c@d>"),
    list_unsubscribe="<mailto:u@b.example>",
    bulk=True,
    message_type=MessageType.MARKETING,
    track_opens=True,
    track_clicks=True,
    send_at=NOW + timedelta(hours=1),
    test_send=True,
    wait=False,
    metadata={"order": 7},
    external_id="order-7",
)
FULL = message(
    draft=EVERYTHING,
    reply_to=mailbox("amy@bookshelf.com", "Amy"),
    identity_id="0identity0identi",
    test=True,
    status=MessageStatus.SCHEDULED,
    due_at=NOW + timedelta(hours=1),
    dropped={"x@reader.example": "hard_bounces", "y@reader.example": "on_hold"},
    unspent=True,
    bulk_id="0bulk00bulk00bul",
    unsubscribable=True,
)


TO_NOBODY = message(
    draft=draft(to=(), text=None),
    status=MessageStatus.FAILED,
    failure="recipient_suppressed",
    dropped={"x@reader.example": "blocklist"},
)


@pytest.mark.parametrize("made", [message(), FULL, TO_NOBODY])
def test_a_message_is_read_as_it_was_stored(store, made):
    store.add(made)
    assert store.by_id(ACCOUNT, made.message_id) == made


def test_storing_a_message_twice_is_once(store):
    made = message()
    store.add(made)
    sent = store.change(made, replace(made, status=MessageStatus.SENT, attempts=1))
    store.add(made)
    assert store.by_id(ACCOUNT, made.message_id).status is sent.status


def test_another_accounts_message_is_not_there(store):
    made = message()
    store.add(made)
    assert store.by_id("0another0account", made.message_id) is None


def test_a_change_holds_only_if_nobody_was_quicker(store):
    made = message()
    store.add(made)
    leaving = store.change(made, replace(made, status=MessageStatus.LEAVING, attempts=1, left_at=NOW))
    with pytest.raises(MessageChangedError):
        store.change(made, replace(made, status=MessageStatus.CANCELLED))
    again = store.change(leaving, replace(leaving, attempts=2, left_at=later(minutes=15)))
    with pytest.raises(MessageChangedError):
        store.change(leaving, replace(leaving, status=MessageStatus.SENT))
    store.change(again, replace(again, status=MessageStatus.SENT, provider_id="ses-1"))
    kept = store.by_id(ACCOUNT, made.message_id)
    assert (kept.status, kept.attempts, kept.provider_id) == (MessageStatus.SENT, 2, "ses-1")


def test_a_message_that_is_gone_cannot_be_changed(store):
    made = message()
    with pytest.raises(MessageChangedError):
        store.change(made, replace(made, status=MessageStatus.SENT))


def test_what_waits_is_found_when_it_is_due_and_not_before(store):
    waiting = [
        message(message_id=identifiers.new_id(NOW), status=MessageStatus.WAITING, due_at=later(minutes=n))
        for n in range(20)
    ]
    for each in [*waiting, message(message_id=identifiers.new_id(NOW))]:
        store.add(each)
    assert set(store.due(later(minutes=9))) == {(ACCOUNT, each.message_id) for each in waiting[:10]}
    store.change(waiting[0], replace(waiting[0], status=MessageStatus.QUEUED, due_at=None))
    assert (ACCOUNT, waiting[0].message_id) not in set(store.due(later(minutes=9)))


def test_an_accounts_messages_come_newest_first_page_by_page(store):
    made = [message(message_id=identifiers.new_id(later(seconds=n))) for n in range(5)]
    for each in [
        *made,
        message(account_id="0another0account", message_id=identifiers.new_id(later(seconds=9))),
    ]:
        store.add(each)
    first = [each.message_id for each in store.newest(ACCOUNT, before=None, limit=3)]
    rest = [each.message_id for each in store.newest(ACCOUNT, before=first[-1], limit=3)]
    assert first + rest == [each.message_id for each in reversed(made)]


# --- the table alone ----------------------------------------------------------------------------------------------------------

LARGE = draft(html="<p>" + "".join(sha256(bytes([n])).hexdigest() for n in range(200)) + "</p>")


def test_a_large_content_lies_elsewhere_and_comes_back_with_the_message(table, contents):
    made = message(draft=LARGE)
    table.add(made)
    assert list(contents.kept) == [f"messages/{ACCOUNT}/{made.message_id}"]
    assert table.by_id(ACCOUNT, made.message_id).draft == LARGE
    head = table.head(ACCOUNT, made.message_id)
    assert (head.draft.subject, head.draft.html) == (LARGE.subject, None)


@pytest.mark.parametrize("mail", [draft(), draft(html="<p>Hello, Rita.</p>" * 100), LARGE, EVERYTHING])
def test_a_message_costs_two_write_units_at_most(table, mail):
    with metered(connection().client) as cost:
        table.add(message(draft=mail))
    assert cost.write_units() <= 2


def test_reading_a_message_costs_one_unit_and_its_next_step_two_at_most(table):
    made = message()
    table.add(made)
    with metered(connection().client) as cost:
        table.by_id(ACCOUNT, made.message_id)
    assert cost.read_units() <= 1
    with metered(connection().client) as cost:
        table.change(made, replace(made, status=MessageStatus.LEAVING, attempts=1, left_at=NOW))
    assert cost.write_units() <= 2


def test_scheduled_messages_are_listed_newest_first_a_page_at_a_time(store):
    made = []
    for number in range(7):
        each = message(
            message_id=identifiers.new_id(later(minutes=number)),
            draft=draft(send_at=later(hours=5), subject=str(number)),
            domain_id=f"0domain00domain{number % 2}",
            status=MessageStatus.SCHEDULED,
            due_at=later(hours=5),
        )
        store.add(each)
        made.append(each)
    store.add(message(message_id=identifiers.new_id(later(minutes=30))))
    store.change(made[5], replace(made[5], status=MessageStatus.CANCELLED, due_at=None))

    def listed(**query):
        return [int(each.draft.subject) for each in store.scheduled(ACCOUNT, ScheduleQuery(**query))]

    assert listed(size=3) == [6, 4, 3]
    assert listed(size=3, skipped=3) == [2, 1, 0]
    assert listed(size=3, after=made[3].message_id) == [2, 1, 0]
    assert listed(size=9, domain_id="0domain00domain1") == [3, 1]
    assert listed(size=9, status=ScheduleStatus.SENT) == []
    assert listed(size=9, test=True) == []
    assert store.scheduled("0other000other00", ScheduleQuery(size=9)) == []


def test_a_page_of_scheduled_messages_costs_by_the_page(table):
    for number in range(60):
        table.add(
            message(
                message_id=identifiers.new_id(later(minutes=number)),
                draft=draft(send_at=later(hours=5)),
                status=MessageStatus.SCHEDULED,
            )
        )
    with metered(connection().client) as cost:
        assert len(table.scheduled(ACCOUNT, ScheduleQuery(size=26))) == 26
    assert cost.read_units("MessagesTable") <= 26 * 0.5 + 1
