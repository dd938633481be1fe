"""MailerSend's analytics by date (contracts A.9), and the additive rates of bounces and complaints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from letterhead.activity.activity import ActivityType
from letterhead.activity.analytics import KEPT, CountsQuery, Grouping
from letterhead.dialects.mailersend.activity import (
    SURVEY_EVENTS,
    Query,
    array_of,
    name_of,
    read_array,
    read_events,
    read_id,
    read_span,
)
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.reputation.rates import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from letterhead.activity.analytics import Group
    from letterhead.domains.domain import SendingDomain
    from letterhead.reputation.rates import Rates, ReputationLimits

NO_SUCH_DOMAIN = "The selected domain id is invalid."
# What MailerSend can narrow its counts by and this can't: all counts would be another answer than the one asked for.
_NOT_COUNTED_BY = {
    "tags": "Counts aren't kept by tag.",
    "recipient_id": "Counts aren't kept by recipient.",
}


def read_analytics(query: Query, now: datetime) -> tuple[str | None, CountsQuery]:
    """The domain, None for all, and what `GET /v1/analytics/date` asks of it; raises `InvalidFieldsError`.

    What lies before the counts that are kept, or ahead, is left out.
    """
    wrong: dict[str, tuple[str, ...]] = {}
    values = dict(query)
    domain_id = read_id(values, "domain_id", wrong)
    span = read_span(values, wrong)
    types = read_events(query, wrong)
    given = values.get("group_by") or Grouping.DAYS.value
    if given not in set(Grouping):
        wrong["group_by"] = ("The selected group by is invalid.",)
    for name, sentence in _NOT_COUNTED_BY.items():
        if read_array(query, name, wrong):
            wrong[name] = (sentence,)
    identity_id = read_id(values, "identity_id", wrong)
    if wrong or span is None:
        raise InvalidFieldsError(wrong)
    until = min(span.until - timedelta(seconds=1), now + timedelta(days=1))
    since = min(max(span.since, now - KEPT), until)
    return domain_id, CountsQuery(since, until, Grouping(given), tuple(types), identity_id)


def read_reputation(query: Query) -> tuple[str, str | None]:
    """The domain and the identity, None for all, that `GET /v1/analytics/reputation` asks for; raises `InvalidFieldsError`."""
    wrong: dict[str, tuple[str, ...]] = {}
    values = dict(query)
    domain_id = read_id(values, "domain_id", wrong)
    identity_id = read_id(values, "identity_id", wrong)
    if domain_id is None and "domain_id" not in wrong:
        wrong["domain_id"] = ("The domain id field is required.",)
    if wrong or domain_id is None:
        raise InvalidFieldsError(wrong)
    return domain_id, identity_id


def analytics_shown(query: CountsQuery, given: Query, groups: Sequence[Group]) -> Reply:
    """The answer to `GET /v1/analytics/date`; dates are Unix seconds as text."""
    values, asked = dict(given), array_of(given, "event")
    nothing = dict.fromkeys((name for name in SURVEY_EVENTS if name in asked), 0)
    return Reply(
        200,
        {
            "data": {
                "date_from": values["date_from"],
                "date_to": values["date_to"],
                "group_by": query.grouping.value,
                "stats": [
                    {
                        "date": str(int(datetime(*group.begins.timetuple()[:3], tzinfo=UTC).timestamp())),
                        **{
                            name_of(type_): group.numbers[type_]
                            for type_ in ActivityType
                            if type_ in query.types
                        },
                        **nothing,
                    }
                    for group in groups
                ],
            }
        },
    )


def reputation_shown(
    domain: SendingDomain, identity_id: str | None, rates: Sequence[Rates], limits: ReputationLimits
) -> Reply:
    """The answer to the additive `GET /v1/analytics/reputation`; rates and thresholds are shares of 1."""
    return Reply(
        200,
        {
            "data": {
                "domain_id": domain.domain_id,
                "identity_id": identity_id,
                "sending_paused": None
                if domain.paused_at is None
                else {"reason": domain.pause_reason, "since": in_microseconds(domain.paused_at)},
                "windows": [
                    {
                        "hours": each.window_hours,
                        "volume": each.volume,
                        "bounces": each.bounces,
                        "complaints": each.complaints,
                        "bounce_rate": round(each.rate(Reason.BOUNCES), 6),
                        "complaint_rate": round(each.rate(Reason.COMPLAINTS), 6),
                    }
                    for each in rates
                ],
                "thresholds": {
                    "least_volume": limits.least_volume,
                    "bounces": {"warning": limits.bounces.warn, "pause": limits.bounces.pause},
                    "complaints": {"warning": limits.complaints.warn, "pause": limits.complaints.pause},
                },
            }
        },
    )
