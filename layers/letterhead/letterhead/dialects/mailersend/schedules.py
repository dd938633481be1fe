"""MailerSend's scheduled messages: requests into concepts, concepts into answers (contracts A.2, A.8, A.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.mailersend.activity import read_list_page, skipped_of
from letterhead.dialects.mailersend.ids import message_id
from letterhead.dialects.mailersend.pages import PageAddress, page_body
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.messages.schedules import ScheduleQuery, ScheduleStatus, status_of
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from letterhead.dialects.mailersend.pages import PageQuery
    from letterhead.domains.domain import SendingDomain
    from letterhead.messages.message import Message
    from letterhead.tokens.token import ApiToken

NO_SUCH_DOMAIN = "The selected domain id is invalid."
_NO_SUCH_STATUS = "The selected status is invalid."
_FAILURES = {
    "account_closed": "The account was closed.",
    "from_not_verified": "The sending domain isn't this account's any more.",
    "identity_not_verified": "The sender identity isn't verified any more.",
    "dmarc_rejects": "Receivers would reject mail from this address.",
    "recipient_suppressed": "Every recipient is suppressed.",
    "recipient_not_allowed": "A recipient isn't one of the account's verified test recipients any more.",
    "attachment_lost": "A file that was uploaded for it isn't there any more, or was replaced.",
    "provider_refused": "Amazon SES refused the message.",
    "waited_too_long": "The domain couldn't send for three days.",
}


@value_type
class ScheduleList:
    """The page that `GET /v1/message-schedules` asks for; `query` asks for one message more than it shows."""

    page: PageQuery
    query: ScheduleQuery
    kept: tuple[tuple[str, str], ...]


def read_list(query: Sequence[tuple[str, str]], token: ApiToken) -> ScheduleList:
    """What is asked for, within the token's reach; raises `InvalidFieldsError`."""
    values = dict(query)
    wrong: dict[str, tuple[str, ...]] = {}
    page = read_list_page(tuple(query), wrong)
    given = values.get("domain_id") or None
    domain_id = given and identifiers.from_any(identifiers.DOMAIN_PREFIX, given)
    if given and (not domain_id or token.domain_id not in (None, domain_id)):
        wrong["domain_id"] = (NO_SUCH_DOMAIN,)
    status = None
    if values.get("status"):
        try:
            status = ScheduleStatus(values["status"])
        except ValueError:
            wrong["status"] = (_NO_SUCH_STATUS,)
    if wrong:
        raise InvalidFieldsError(wrong)
    wanted = ScheduleQuery(
        size=page.size + 1,
        skipped=skipped_of(page),
        after=page.after,
        domain_id=domain_id or token.domain_id,
        identity_id=token.identity_id,
        status=status,
        test=token.test_mode,
    )
    kept = tuple((name, values[name]) for name in ("domain_id", "status") if values.get(name))
    return ScheduleList(page, wanted, kept)


def listed(wanted: ScheduleList, found: Sequence[Message], base_url: str) -> Reply:
    """200 with a page. What lies behind the next message isn't counted: `total` and `last_page` say how far is known."""
    page = wanted.page
    shown = found[: page.size]
    return Reply(
        200,
        page_body(
            [_row(message) for message in shown],
            number=page.number,
            size=page.size,
            total=(page.number - 1) * page.size + len(found) if found else 0,
            last_id=shown[-1].message_id if shown else None,
            address=PageAddress(f"{base_url}/v1/message-schedules", dict(wanted.kept)),
        ),
    )


def shown(message: Message, domain: SendingDomain | None) -> Reply:
    """200 with one message and its domain, which the shared sender's have none of."""
    made = in_microseconds(message.created_at)
    return Reply(
        200,
        {
            "data": {
                **_row(message),
                "domain": domain
                and {
                    "id": domain.domain_id,
                    "name": domain.shown_name,
                    "created_at": in_microseconds(domain.created_at),
                    "updated_at": in_microseconds(domain.updated_at),
                },
                "message": {
                    "id": message_id(message.message_id),
                    "created_at": made,
                    "updated_at": made if message.left_at is None else in_microseconds(message.left_at),
                },
            }
        },
    )


def cancelled() -> Reply:
    """204, without a body."""
    return Reply(204)


def _row(message: Message) -> dict[str, object]:
    return {
        "message_id": message_id(message.message_id),
        "subject": message.draft.subject,
        "send_at": _at(message.draft.send_at),
        "status": status_of(message).value,
        "status_message": message.failure and _FAILURES.get(message.failure, message.failure),
        "created_at": in_microseconds(message.created_at),
    }


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else in_microseconds(moment)
