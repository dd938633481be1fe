"""MailerSend's activity, messages and recipients: requests into concepts, concepts into answers (contracts A.9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.activity.activity import ActivityType
from letterhead.activity.log import ActivityQuery
from letterhead.activity.recipients import recipient_id_of
from letterhead.activity.status import status_of
from letterhead.dialects.mailersend.ids import message_id
from letterhead.dialects.mailersend.pages import PageAddress, PageQuery, read_page, simple_page_body
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.messages.reading import standing
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from letterhead.activity.activity import Activity
    from letterhead.activity.recipients import Recipient
    from letterhead.domains.domain import SendingDomain
    from letterhead.messages.message import MessageStatus
    from letterhead.messages.reading import MessageFacts

Query = tuple[tuple[str, str], ...]
# A page asked for by its number costs all pages before it; behind these, `links.next` leads on.
MOST_SKIPPED = 10_000
_NAMES = {type_: type_.value for type_ in ActivityType} | {ActivityType.SPAM_COMPLAINT: "spam_complaints"}
_TYPES = {name: type_ for type_, name in _NAMES.items()} | {"spam_complaint": ActivityType.SPAM_COMPLAINT}
EVENT_NAMES = tuple(_NAMES.values())
# MailerSend's surveys aren't here, but who asks for every kind of event names theirs too: there are none, which isn't wrong.
SURVEY_EVENTS = ("survey_opened", "survey_submitted")
_STATUSES: dict[str, str] = {ActivityType.SPAM_COMPLAINT: "junk", ActivityType.FAILED: "rejected"}
_LATEST = 253402300799  # the last second of the year 9999


@value_type
class Span:
    """A time from an instant on and before another one."""

    since: datetime
    until: datetime


def read_activity(query: Query, domain_id: str) -> tuple[PageQuery, ActivityQuery]:
    """The page that `GET /v1/activity/{domain}` asks for; raises `InvalidFieldsError`."""
    wrong: dict[str, tuple[str, ...]] = {}
    page = read_list_page(query, wrong)
    span = read_span(dict(query), wrong)
    types = read_events(query, wrong)
    if wrong or span is None:
        raise InvalidFieldsError(wrong)
    asked = ActivityQuery(
        domain_id,
        span.since,
        span.until,
        frozenset(types),
        size=page.size + 1,
        skipped=skipped_of(page),
        after=page.after,
    )
    return page, asked


def read_list_page(
    query: Query, wrong: dict[str, tuple[str, ...]], *, of_recipients: bool = False
) -> PageQuery:
    """`page`, `limit` and `cursor` of a list that isn't counted."""
    page = read_page(dict(query), wrong, of_recipients=of_recipients)
    if skipped_of(page) > MOST_SKIPPED:
        wrong["page"] = (f"Only the first {MOST_SKIPPED} can be paged by number; follow links.next.",)
    return page


def skipped_of(page: PageQuery) -> int:
    """How many are passed over before a page."""
    return 0 if page.after is not None else (page.number - 1) * page.size


def read_span(query: dict[str, str], wrong: dict[str, tuple[str, ...]]) -> Span | None:
    """`date_from` and `date_to` in Unix seconds, both required and both included."""
    found = {}
    for name in ("date_from", "date_to"):
        text, words = query.get(name, ""), name.replace("_", " ")
        if not text:
            wrong[name] = (f"The {words} field is required.",)
        elif not (text.isascii() and text.isdigit() and int(text) < _LATEST):
            wrong[name] = (f"The {words} must be a unix timestamp.",)
        else:
            found[name] = datetime.fromtimestamp(int(text), UTC)
    if len(found) < 2:
        return None
    if found["date_to"] < found["date_from"]:
        wrong["date_to"] = ("The date to must be a date after or equal to date from.",)
        return None
    return Span(found["date_from"], found["date_to"] + timedelta(seconds=1))


def read_events(query: Query, wrong: dict[str, tuple[str, ...]]) -> list[ActivityType]:
    """`event[]`, without those of surveys, or all types where there is none."""
    given = read_array(query, "event", wrong)
    for position, name in enumerate(given):
        if name not in _TYPES and name not in SURVEY_EVENTS:
            wrong[f"event.{position}"] = (f"The selected event.{position} is invalid.",)
    return [_TYPES[name] for name in given if name in _TYPES] if given else list(ActivityType)


def read_array(query: Query, name: str, wrong: dict[str, tuple[str, ...]]) -> list[str]:
    """Such values; adds to `wrong`, as the service does, that `name` alone is no array (contracts A.1)."""
    if any(key == name and value for key, value in query):
        wrong[name] = (f"The {name.replace('_', ' ')} must be an array.",)
    return array_of(query, name)


def read_id(values: dict[str, str], name: str, wrong: dict[str, tuple[str, ...]]) -> str | None:
    """An id in a query, in any of its forms."""
    text = values.get(name, "")
    if not text:
        return None
    prefix = identifiers.DOMAIN_PREFIX if name == "domain_id" else identifiers.IDENTITY_PREFIX
    found = identifiers.from_any(prefix, text)
    if found is None:
        wrong[name] = (f"The selected {name.replace('_', ' ')} is invalid.",)
    return found


def name_of(type_: ActivityType) -> str:
    """A type as MailerSend calls it."""
    return _NAMES[type_]


def read_recipients(query: Query) -> tuple[PageQuery, str | None]:
    """The page that `GET /v1/recipients` asks for, and of which domain, None for all; raises `InvalidFieldsError`."""
    wrong: dict[str, tuple[str, ...]] = {}
    page = read_list_page(query, wrong, of_recipients=True)
    domain_id = read_id(dict(query), "domain_id", wrong)
    if wrong:
        raise InvalidFieldsError(wrong)
    return page, domain_id


def read_page_alone(query: Query, *, of_recipients: bool = False) -> PageQuery:
    """The page that a list without filters asks for; raises `InvalidFieldsError`."""
    wrong: dict[str, tuple[str, ...]] = {}
    page = read_list_page(query, wrong, of_recipients=of_recipients)
    if wrong:
        raise InvalidFieldsError(wrong)
    return page


def activities_listed(page: PageQuery, found: Sequence[Activity], query: Query, url: str) -> Reply:
    """The answer to a list of activities; `found` has one more than the page if there is more behind it."""
    shown = found[: page.size]
    kept = {key: value for key, value in query if key in ("date_from", "date_to")} | {
        f"event[{place}]": value for place, value in enumerate(array_of(query, "event"))
    }
    return _page(
        page,
        [_activity_object(activity) for activity in shown],
        has_more=len(found) > page.size,
        last_id=shown[-1].activity_id[:16] if shown else None,
        address=PageAddress(url, kept),
    )


def activity_shown(activity: Activity) -> Reply:
    """The answer to a read of an activity."""
    return Reply(200, {"data": _activity_object(activity)})


def messages_listed(page: PageQuery, found: Sequence[MessageFacts], url: str) -> Reply:
    """The answer to a list of messages."""
    shown = found[: page.size]
    return _page(
        page,
        [_message_object(message) for message in shown],
        has_more=len(found) > page.size,
        last_id=shown[-1].message_id if shown else None,
        address=PageAddress(url, {}),
    )


def message_shown(
    message: MessageFacts, activities: Sequence[Activity], domain: SendingDomain | None
) -> Reply:
    """The answer to a read of a message: one mail for each recipient, with its history, which is ours."""
    histories: dict[str, list[Activity]] = {
        address: [] for address in (*message.recipients, *message.dropped)
    }
    for activity in activities:
        histories.setdefault(activity.recipient or "", []).append(activity)
    return Reply(
        200,
        {
            "data": {
                **_message_object(message),
                "emails": [_email_object(message, *entry) for entry in histories.items() if entry[0]],
                "domain": None if domain is None else domain_object(domain),
            }
        },
    )


def recipients_listed(
    page: PageQuery,
    found: Sequence[tuple[Recipient, SendingDomain]],
    address: PageAddress,
    *,
    has_more: bool,
) -> Reply:
    """The answer to a list of recipients."""
    return _page(
        page,
        [{**recipient_object(one), "domain": domain_object(domain)} for one, domain in found],
        has_more=has_more,
        last_id=found[-1][0].recipient_id if found else None,
        address=address,
    )


def recipient_shown(
    recipient: Recipient,
    mails: Sequence[tuple[MessageFacts, Sequence[Activity]]],
    domain: SendingDomain | None,
) -> Reply:
    """The answer to a read of a recipient: with the mails to them, newest first, each with its history there."""
    address = recipient.address
    return Reply(
        200,
        {
            "data": {
                **recipient_object(recipient),
                "emails": [
                    _email_object(message, address, [one for one in history if one.recipient == address])
                    for message, history in mails
                ],
                "domain": None if domain is None else domain_object(domain),
            }
        },
    )


def recipient_object(recipient: Recipient) -> dict[str, object]:
    """A recipient."""
    return {
        "id": recipient.recipient_id,
        "email": recipient.address,
        "created_at": in_microseconds(recipient.created_at),
        "updated_at": in_microseconds(recipient.updated_at),
        "deleted_at": "",
    }


def domain_object(domain: SendingDomain) -> dict[str, object]:
    """A domain in other objects."""
    return {
        "id": domain.domain_id,
        "name": domain.shown_name,
        "created_at": in_microseconds(domain.created_at),
        "updated_at": in_microseconds(domain.updated_at),
    }


def array_of(query: Query, name: str) -> list[str]:
    """The values of `name[]`, or of `name[0]`, `name[1]` …"""
    return [value for key, value in query if key.startswith(f"{name}[") and value]


def _page(
    page: PageQuery,
    objects: list[dict[str, object]],
    *,
    has_more: bool,
    last_id: str | None,
    address: PageAddress,
) -> Reply:
    body = simple_page_body(
        objects, number=page.number, size=page.size, has_more=has_more, last_id=last_id, address=address
    )
    return Reply(200, body)


def _activity_object(activity: Activity) -> dict[str, object]:
    at = in_microseconds(activity.occurred_at)
    made_at = in_microseconds(identifiers.made_at(activity.message_id))
    return {
        "id": activity.activity_id,
        "created_at": at,
        "updated_at": at,
        "type": name_of(activity.type),
        "email": {
            "id": message_id(activity.message_id),
            "from": activity.from_address,
            "subject": activity.subject,
            "text": None,
            "html": None,
            "template_id": None,
            "status": _status(status_of([activity.type])),
            "tags": list(activity.tags) or None,
            "created_at": made_at,
            "updated_at": at,
            "headers": None,
            "recipient": None
            if activity.recipient is None
            else {
                "id": recipient_id_of(activity.domain_id, activity.recipient),
                "email": activity.recipient,
                "created_at": made_at,
                "updated_at": at,
                "deleted_at": "",
            },
        },
        "detail": dict(activity.detail),
    }


def _message_object(message: MessageFacts) -> dict[str, object]:
    at = in_microseconds(message.created_at)
    return {"id": message_id(message.message_id), "created_at": at, "updated_at": at}


def _email_object(message: MessageFacts, address: str, history: Sequence[Activity]) -> dict[str, object]:
    at = in_microseconds(message.created_at)
    return {
        "id": message_id(message.message_id),
        "from": message.from_address,
        "to": address,
        "subject": message.subject,
        "text": None,
        "html": None,
        "tags": list(message.tags) or None,
        "status": _status(standing(message.status, (activity.type for activity in history))),
        "created_at": at,
        "updated_at": in_microseconds(history[-1].occurred_at) if history else at,
        "activity": [
            {
                "id": activity.activity_id,
                "type": name_of(activity.type),
                "created_at": in_microseconds(activity.occurred_at),
                "detail": dict(activity.detail),
            }
            for activity in history
        ],
    }


def _status(word: ActivityType | MessageStatus) -> str:
    return _STATUSES.get(word, word.value)
