"""One dialect's OpenAPI document: the tables and the declarations put together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from letterhead.http.routes import ROUTES, Route
from letterhead.idempotency.key import HEADER, LONGEST
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.grant import Reach
from letterhead.tokens.scopes import ANY
from tools.openapi import mailersend, sendara, sendmailos
from tools.openapi.operation import Api, Operation, Parameter, Place
from tools.openapi.refusals import is_write
from tools.openapi.responses import GATEWAY_MESSAGE, JSON, component_headers, responses_of, share_alike
from tools.openapi.schema import text

CHECKOUT = Path(__file__).parents[2]
FOLDER = CHECKOUT / "docs" / "openapi"
APIS: Mapping[Dialect, Api] = {
    Dialect.MAILERSEND: mailersend.API,
    Dialect.SENDARA: sendara.API,
    Dialect.SENDMAILOS: sendmailos.API,
}
IDEMPOTENCY_KEY = Parameter(
    HEADER,
    Place.HEADER,
    text(longest=LONGEST, pattern=r"^[!#-~]([ -~]*[!-~])?$", form="idempotency-key"),
    "Your own name for this request: sent again with it, it is carried out once, and answered as the first time, for 24 hours.",
)
TOKEN = "token"  # noqa: S105 - the name of the security scheme
_RESTRICTED = {
    Reach.ACCOUNT: "Only for tokens that aren't restricted to a domain or an identity.",
    Reach.DOMAIN: "Not for tokens that are restricted to an identity.",
    Reach.IDENTITY: "A restricted token sees and changes its own part alone.",
}


class DeclarationError(Exception):
    """The declarations and the table of routes don't fit; the message says where."""


def document(dialect: Dialect, api: Api | None = None, routes: tuple[Route, ...] = ROUTES) -> dict[str, Any]:
    """The document of a dialect; raises `DeclarationError` when a call isn't declared, or a declaration has no call."""
    api = api or APIS[dialect]
    own = tuple(route for route in routes if route.dialect is dialect)
    _check(dialect, api, own)
    paths: dict[str, dict[str, Any]] = {}
    for route in own:
        operation = api.operations[route.method, route.path]
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(dialect, api, route, operation)
    shared = share_alike([operation for path in paths.values() for operation in path.values()])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": api.title,
            "version": tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["version"],
            "description": api.description,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "https://{host}", "variables": {"host": {"default": "letterhead.example.com"}}}],
        "tags": [{"name": name, "description": told} for name, told in api.tags.items()],
        "paths": paths,
        "components": {
            "schemas": {**api.schemas, "GatewayMessage": GATEWAY_MESSAGE},
            "responses": shared,
            "headers": component_headers(api),
            "securitySchemes": {
                TOKEN: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": api.bearer_example,
                    "description": api.bearer_description,
                }
            },
        },
    }


def _check(dialect: Dialect, api: Api, own: tuple[Route, ...]) -> None:
    where = f"tools/openapi/{dialect}"
    calls = {(route.method, route.path) for route in own}
    for method, path in sorted(calls - api.operations.keys()):
        raise DeclarationError(f"{method} {path} isn't declared: add its operation to {where}")
    for method, path in sorted(api.operations.keys() - calls):
        raise DeclarationError(f"{where} declares {method} {path}, which the table of routes doesn't have")
    for name in sorted(
        {name for route in own for name in _names_in(route.path)} - api.path_parameters.keys()
    ):
        raise DeclarationError(f"the path parameter {name} isn't declared: add it to {where}")
    ids = [operation.operation_id for operation in api.operations.values()]
    for operation in api.operations.values():
        if ids.count(operation.operation_id) > 1:
            raise DeclarationError(f"{where} has the operation id {operation.operation_id} twice")
        if operation.tag not in api.tags:
            raise DeclarationError(f"{where} has no tag {operation.tag}, which {operation.operation_id} has")
        for name, link in operation.answer.links.items():
            if link.operation_id not in ids:
                raise DeclarationError(f"{where} has no {link.operation_id}, to which the link {name} leads")


def _operation(dialect: Dialect, api: Api, route: Route, operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.operation_id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": " ".join(_told(route, operation)),
        "security": [{TOKEN: [] if route.scope == ANY else [route.scope]}],
    }
    parameters = [api.path_parameters[name] for name in _names_in(route.path)] + list(operation.parameters)
    if is_write(route):
        parameters.append(IDEMPOTENCY_KEY)
    if parameters:
        found["parameters"] = [_parameter(parameter) for parameter in parameters]
    if route.body_type != JSON:
        found["requestBody"] = {
            "required": True,
            "content": {route.body_type: {"schema": {"type": "string"}}},
        }
    if operation.body is not None:
        found["requestBody"] = {
            "required": operation.body_required,
            "content": {JSON: {"schema": operation.body}},
        }
    found["responses"] = responses_of(dialect, api, route, operation)
    return found


def _told(route: Route, operation: Operation) -> Iterator[str]:
    yield operation.description
    yield "Needs no scope." if route.scope == ANY else f"Needs the scope `{route.scope}`."
    if route.scope != ANY:
        yield _RESTRICTED[route.reach]
    if not route.open_to_test_tokens:
        yield "Not for test tokens."


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place.value,
        "required": parameter.required or parameter.place is Place.PATH,
        "description": parameter.description,
        **({"allowEmptyValue": True} if parameter.empty and parameter.place is Place.QUERY else {}),
        "schema": parameter.schema,
    }


def _names_in(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)
