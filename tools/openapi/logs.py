"""The access log, which Letterhead adds to every service's calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from letterhead.access_log.call import LONGEST_USER_AGENT
from letterhead.dialects.logs import DEFAULT_SIZE, LARGEST_SIZE, METHODS
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.identifiers import DOMAIN_PREFIX, KEY_PREFIX
from letterhead.tokens.dialect import Dialect
from tools.openapi import values
from tools.openapi.operation import Answer, Operation, Parameter, Place
from tools.openapi.schema import Schema, nullable, number, one_of, resource, text

_TAG = "Logs"
TAG = {
    _TAG: "What the account's tokens have called in the last seven days, while the account wants that kept."
}
_PREVIEW = r"(mlsn\.|sk_live_|sk_test_)[0-9A-Za-z]{4}…[0-9A-Za-z]{4}"
_KEY_ID = f"{values.SHORT_ID}|{KEY_PREFIX}_{values.HEX}|{values.UUID}"

PARAMETERS = (
    Parameter(
        "endpoint",
        Place.QUERY,
        text(example="/v1/domains/{domain}"),
        "The calls of this endpoint, written as the log writes it.",
    ),
    Parameter("method", Place.QUERY, one_of(METHODS), "The calls with this method."),
    Parameter("code", Place.QUERY, number(least=100, most=599), "The calls that were answered so."),
    Parameter(
        "token",
        Place.QUERY,
        text(pattern=f"^({_KEY_ID}|{_PREVIEW})$", example="1sa8k3m2pqz7x0vb"),
        "The calls with this token, by its id or its preview.",
    ),
    Parameter(
        "domain",
        Place.QUERY,
        values.id_of_any_form(DOMAIN_PREFIX, ""),
        "The calls about this sending domain, as far as that is known.",
    ),
    Parameter(
        "limit",
        Place.QUERY,
        {**number(least=1, most=LARGEST_SIZE), "default": DEFAULT_SIZE},
        "How many to a page.",
    ),
    Parameter("cursor", Place.QUERY, values.short_id(), "The page before's `next_cursor`."),
)


def schemas(token_id: Schema, domain_id: Schema, moment: Callable[[str], Schema]) -> dict[str, Schema]:
    """The document's schema of a logged call, with ids and times as the service writes them."""
    return {
        "LoggedCall": resource(
            {
                "id": values.short_id(),
                "created_at": moment("When it came."),
                "request_id": text("The `x-request-id` of its answer."),
                "method": text(example="GET"),
                "endpoint": text("The path, with its parameters in braces.", example="/v1/domains/{domain}"),
                "code": number("The answer's status.", least=100, most=599),
                "duration_ms": number("How long the answer took.", least=0),
                "token": resource({"id": token_id, "preview": values.preview()}),
                "service": one_of(Dialect, "Whose words it was in."),
                "domain_id": nullable(domain_id),
                "ip_address": text("Where it came from.", example="203.0.113.9"),
                "user_agent": text(longest=LONGEST_USER_AGENT),
            },
            "One call in outline: neither its query nor its body nor its answer's is kept.",
        )
    }


def operations(path: str, page: Schema) -> Mapping[tuple[str, str], Operation]:
    """The one call; `page` is the service's envelope of a list with a cursor."""
    return {
        ("GET", path): Operation(
            "listLogs",
            _TAG,
            "List calls",
            "Newest first. With a filter one page looks through a thousand calls at most, so it can be short or empty and still "
            "have another one behind it. Calls without a usable token and those of unknown paths are in no log; of those that "
            "limits, a pause or another network refuse it has one a minute and token.",
            Answer(200, "A page of calls.", page),
            parameters=PARAMETERS,
            refusals=(InvalidFieldsError,),
        )
    }
