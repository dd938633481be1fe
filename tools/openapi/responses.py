"""The answers of a call: the one that worked, and every refusal that it can meet, by status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from letterhead.http.dialect_choice import is_shared
from letterhead.http.once import REPLAYED
from letterhead.http.routes import Route
from letterhead.tokens.dialect import Dialect
from tools.openapi.operation import Answer, Api, Operation
from tools.openapi.refusals import GATEWAY_ALONE, GATEWAY_TOO, Rendered, by_status, errors_of, is_write
from tools.openapi.schema import Schema, always, closed, number, ref, text

JSON = "application/json"
GATEWAY_MESSAGE = closed(
    {"message": text(example="Request Entity Too Large")},
    "An answer that API Gateway gave by itself, in place of the service.",
)
_REPLAYED = always(
    "true", "There in an answer that is the one to an earlier request with the same idempotency key."
)
_SUCCESSES = frozenset({"200", "201", "202", "204"})
_REQUEST_ID = "x-request-id"
_OURS: dict[str, Schema] = {
    _REQUEST_ID: text("The request's id, under which the service's log has it."),
    "Retry-After": number("After how many seconds another try is worth it.", least=1),
    "WWW-Authenticate": always("Bearer"),
}


def component_headers(api: Api) -> dict[str, Any]:
    """The headers that answers refer to. What API Gateway answers itself has none of them, so some are there as optional too."""
    always_there = {_component(name): {"required": True, "schema": schema} for name, schema in _OURS.items()}
    sometimes = {
        _component(name, optional=True): {"required": False, "schema": _OURS[name]}
        for name in (_REQUEST_ID, "Retry-After")
    }
    sometimes[_component(REPLAYED)] = {"required": False, "schema": _REPLAYED}
    rate = {
        _component(name): {"required": False, "schema": schema} for name, schema in api.rate_headers.items()
    }
    return {**always_there, **sometimes, **rate}


def responses_of(dialect: Dialect, api: Api, route: Route, operation: Operation) -> dict[str, Any]:
    """The answers of a call by status, the one that worked first."""
    refusals = by_status(errors_of(route, operation), dialect)
    gateways = {431} if route.method == "GET" else set(GATEWAY_ALONE)
    found = {str(each.status): _success(api, route, each) for each in (operation.answer, *operation.also)}
    for status in sorted(refusals.keys() | gateways):
        found[str(status)] = _refusal(api, route, status, refusals.get(status, []))
    return found


def share_alike(operations: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Put each refusal that several operations have alike in one place, by its status's name, and refer to it from there."""
    holders: dict[str, list[dict[str, Any]]] = {}
    for operation in operations:
        for status in sorted(operation["responses"].keys() - _SUCCESSES):
            holders.setdefault(status, []).append(operation["responses"])
    shared: dict[str, Any] = {}
    for status, all_responses in sorted(holders.items()):
        name = "".join(part.capitalize() for part in HTTPStatus(int(status)).phrase.split())
        for place, alike in enumerate(_repeated([responses[status] for responses in all_responses]), 1):
            key = name if place == 1 else f"{name}{place}"
            shared[key] = alike
            for responses in all_responses:
                if responses[status] == alike:
                    responses[status] = {"$ref": f"#/components/responses/{key}"}
    return shared


def _repeated(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are there more than once, the most frequent first."""
    different = [each for place, each in enumerate(found) if each not in found[:place]]
    return sorted((each for each in different if found.count(each) > 1), key=lambda each: -found.count(each))


def _success(api: Api, route: Route, answer: Answer) -> dict[str, Any]:
    names = [_REQUEST_ID, *api.rate_headers, *([REPLAYED] if is_write(route) else ())]
    headers: dict[str, Any] = _header_refs(dict.fromkeys(names, False))
    headers |= {name: {"required": False, "schema": schema} for name, schema in answer.headers.items()}
    response: dict[str, Any] = {"description": answer.description, "headers": headers}
    media = {**({} if answer.schema is None else {JSON: answer.schema}), **answer.files}
    if media:
        response["content"] = {name: {"schema": schema} for name, schema in media.items()}
    if answer.links:
        response["links"] = {
            name: {"operationId": link.operation_id, "parameters": dict(link.parameters)}
            for name, link in answer.links.items()
        }
    return response


def _refusal(api: Api, route: Route, status: int, refusals: list[Rendered]) -> dict[str, Any]:
    if not refusals:
        return {
            "description": f"{HTTPStatus(status).phrase}: {GATEWAY_ALONE[status]}. API Gateway answers this itself.",
            "content": {JSON: {"schema": ref("GatewayMessage")}},
        }
    reasons = "; ".join(dict.fromkeys(refusal.when for refusal in refusals))
    by_gateway_too = status in GATEWAY_TOO
    headers = {_REQUEST_ID: by_gateway_too}
    for name in sorted({name for refusal in refusals for name in refusal.headers}):
        headers[name] = by_gateway_too or not all(name in refusal.headers for refusal in refusals)
    if status != HTTPStatus.UNAUTHORIZED:  # who calls is known before the rate is asked for
        headers |= dict.fromkeys(api.rate_headers, False)
    schemas = [ref(api.error_schemas.get(status, "Error"))]
    if by_gateway_too:
        schemas.append(ref("GatewayMessage"))
    if status == HTTPStatus.UNAUTHORIZED and api.unrecognised and is_shared(route.path):
        schemas.append(ref(api.unrecognised))
    return {
        "description": f"{HTTPStatus(status).phrase}: {reasons}.",
        "headers": _header_refs(headers),
        "content": {
            JSON: {
                "schema": {"anyOf": schemas} if len(schemas) > 1 else schemas[0],
                "examples": _examples(refusals),
            }
        },
    }


def _examples(refusals: list[Rendered]) -> dict[str, Any]:
    """Each body once, under the reason that comes with it first."""
    found: list[Rendered] = []
    for refusal in refusals:
        if all(refusal.body != other.body for other in found):
            found.append(refusal)
    return {
        f"example{place}": {"summary": each.when, "value": each.body} for place, each in enumerate(found, 1)
    }


def _header_refs(optional: Mapping[str, bool]) -> dict[str, Any]:
    """References to these headers; True for one that isn't always there, though where it is named alone it is."""
    return {
        name: {"$ref": f"#/components/headers/{_component(name, optional=is_optional)}"}
        for name, is_optional in optional.items()
    }


def _component(name: str, *, optional: bool = False) -> str:
    words = "".join(part.capitalize() for part in name.split("-"))
    return f"{words}IfAny" if optional else words
