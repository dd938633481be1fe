"""What all three dialects take and show alike of webhooks: URLs, restrictions, secrets, deliveries and their attempts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.page_sizes import clamped_size
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.outbound.rules import NotAllowedError
from letterhead.tokens.issuing import NO_SUCH_IDENTITY
from letterhead.values import value_type
from letterhead.webhooks.delivery import DeliveryStatus
from letterhead.webhooks.event_names import known_names
from letterhead.webhooks.schedule import Pace
from letterhead.webhooks.signing_secrets import LONGEST_CHOSEN, LONGEST_OVERLAP, OVERLAP, SHORTEST_CHOSEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from letterhead.tokens.dialect import Dialect
    from letterhead.webhooks.delivery import Attempt, Delivery
    from letterhead.webhooks.endpoint import Endpoint

LONGEST_URL = 1024
MOST_EVENTS = 100
DEFAULT_DELIVERIES, MOST_DELIVERIES = 50, 100
CheckUrl = Callable[[str], None]
Moment = Callable[[datetime], str]


@value_type
class DeliveryPage:
    """Which of an endpoint's deliveries: so many, older than the one named."""

    size: int
    before: str | None = None


@value_type
class Replay:
    """What a replay of several asks for; no `until` means now."""

    since: datetime
    until: datetime | None
    only_failed: bool


def read_url(
    fields: Fields, name: str, check: CheckUrl, *, required: bool, longest: int = LONGEST_URL
) -> str | None:
    """An endpoint's URL; notes what is wrong with it, as far as that can be seen without asking DNS."""
    url = fields.text(name, required=required, longest=longest)
    if url is not None:
        try:
            check(url)
        except NotAllowedError as error:
            fields.wrong(name, str(error))
    return url


def read_events(fields: Fields, name: str, dialect: Dialect) -> tuple[str, ...] | None:
    """The kinds of events, each once."""
    events = fields.texts(name, most=MOST_EVENTS)
    for position, event in enumerate(events or ()):
        if event not in known_names(dialect):
            fields.wrong(f"{name}.{position}", f"The selected {name}.{position} is invalid.")
    return None if events is None else tuple(dict.fromkeys(events))


def read_identity(fields: Fields) -> str | None:
    """The additive restriction to an identity."""
    text = fields.text("identity_id")
    found = text and identifiers.from_any(identifiers.IDENTITY_PREFIX, text)
    if text and not found:
        fields.wrong("identity_id", NO_SUCH_IDENTITY)
    return found


def read_pace(fields: Fields) -> Pace | None:
    """The additive `retries`: `long`, or `short` as MailerSend has them."""
    text = fields.text("retries")
    if text is not None and text not in list(Pace):
        fields.wrong("retries", "The retries must be long or short.")
        return None
    return None if text is None else Pace(text)


def read_secret(fields: Fields, name: str) -> str | None:
    """A secret that the caller chose: printable ASCII."""
    secret = fields.text(name, longest=LONGEST_CHOSEN)
    if secret is not None and not (secret.isascii() and secret.isprintable()):
        fields.wrong(name, f"The {name} may have printable ASCII characters only.")
    elif secret is not None and len(secret) < SHORTEST_CHOSEN:
        fields.wrong(name, f"The {name} must have at least {SHORTEST_CHOSEN} characters.")
    return secret


def read_overlap(body: Mapping[str, object]) -> timedelta:
    """How long replaced secrets sign too; raises `InvalidFieldsError`."""
    fields = Fields(body)
    seconds = fields.integer("overlap_seconds", least=0, most=int(LONGEST_OVERLAP.total_seconds()))
    fields.finish()
    return OVERLAP if seconds is None else timedelta(seconds=seconds)


def read_replay(body: Mapping[str, object]) -> Replay:
    """`since` (needed), `until` and `only_failed`; raises `InvalidFieldsError`."""
    fields = Fields(body)
    since = _moment(fields, "since", required=True)
    until = _moment(fields, "until")
    only_failed = fields.flag("only_failed")
    if since is not None and until is not None and until <= since:
        fields.wrong("until", "The until must be later than since.")
    fields.finish()
    return Replay(since or datetime.min.replace(tzinfo=UTC), until, bool(only_failed))


def read_deliveries(query: Sequence[tuple[str, str]]) -> DeliveryPage:
    """`limit` (clamped to 100) and the additive `before`, a delivery's id; raises `InvalidFieldsError`.

    A cursor or a status, as other lists have them, would be answered with other deliveries than the ones asked for.
    """
    given, wrong = dict(query), dict[str, tuple[str, ...]]()
    size, before = clamped_size(given, wrong, default=DEFAULT_DELIVERIES, most=MOST_DELIVERIES), None
    if text := given.get("before"):
        before = identifiers.from_any(identifiers.DELIVERY_PREFIX, text)
        if before is None:
            wrong["before"] = ("The selected before is invalid.",)
    if given.get("cursor"):
        wrong["cursor"] = (
            "The cursor isn't known here: before takes the id of the last delivery of a page.",
        )
    if given.get("status"):
        wrong["status"] = ("The status can't be chosen here: deliveries of every status are listed.",)
    if wrong:
        raise InvalidFieldsError(wrong)
    return DeliveryPage(size, before)


def standing_object(endpoint: Endpoint, now: datetime, moment: Moment) -> dict[str, object]:
    """What is ours on every endpoint."""
    overlapping = endpoint.overlap_until is not None and endpoint.overlap_until > now
    return {
        "retries": endpoint.pace.value,
        "standard_public_key": endpoint.public_key,
        "disabled_reason": endpoint.disabled_because and endpoint.disabled_because.value,
        "disabled_at": endpoint.disabled_at and moment(endpoint.disabled_at),
        "replaced_secret_expires_at": moment(endpoint.overlap_until)
        if overlapping and endpoint.overlap_until
        else None,
    }


def delivery_standing(delivery: Delivery, moment: Moment) -> dict[str, object]:
    """What is said alike of a delivery: how far it is, and its attempts, newest first."""
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        "status": delivery.status.value,
        "attempt_count": delivery.count,
        "response_status": last.status if last else None,
        "created_at": moment(delivery.created_at),
        "next_attempt_at": moment(delivery.next_attempt_at)
        if delivery.next_attempt_at and delivery.status is DeliveryStatus.PENDING
        else None,
        "attempts": [_attempt_object(each, moment) for each in reversed(delivery.attempts)],
    }


def _attempt_object(attempt: Attempt, moment: Moment) -> dict[str, object]:
    return {
        "at": moment(attempt.at),
        "duration_ms": attempt.milliseconds,
        "response_status": attempt.status,
        "response": attempt.answer,
        "error": attempt.cause and attempt.cause.value,
        "error_detail": attempt.detail or None,
    }


def _moment(fields: Fields, name: str, *, required: bool = False) -> datetime | None:
    text = fields.text(name, required=required)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        fields.wrong(name, f"The {name} isn't a valid date.")
        return None
