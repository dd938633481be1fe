"""The OpenAPI documents: made from the code as it is, valid, whole, and closed where nothing may be added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from letterhead.http.routes import ROUTES, Route
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import ANY
from tests.fakes import documented
from tools.openapi.document import APIS, FOLDER, DeclarationError, document
from tools.openapi.writing import as_yaml

every_dialect = pytest.mark.parametrize("dialect", list(Dialect))
UNDECLARED = Route("GET", "/v1/undeclared/{domain}", "domains.undeclared", Dialect.SENDARA, "read")


@every_dialect
def test_the_checked_in_document_is_what_the_code_makes_now(dialect):
    made = as_yaml(document(dialect))
    kept = (FOLDER / f"{dialect}.yaml").read_text("utf-8")
    assert kept == made, f"docs/openapi/{dialect}.yaml is out of date: run `make openapi`"


@every_dialect
def test_the_document_is_valid_openapi_3_1(dialect):
    kept = documented.document(dialect)
    assert kept["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(kept).validate()


@every_dialect
def test_the_document_has_the_calls_of_its_dialect_and_no_other(dialect):
    paths = documented.document(dialect)["paths"]
    calls = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert calls == {(route.method, route.path) for route in ROUTES if route.dialect is dialect}


@every_dialect
def test_each_call_says_the_scope_that_the_table_of_routes_asks_for(dialect):
    paths = documented.document(dialect)["paths"]
    routes = [route for route in ROUTES if route.dialect is dialect]
    for route in routes:
        scopes = [] if route.scope == ANY else [route.scope]
        assert paths[route.path][route.method.lower()]["security"] == [{"token": scopes}]


def test_a_call_that_is_not_declared_is_named():
    with pytest.raises(
        DeclarationError, match=r"GET /v1/undeclared/\{domain\} isn't declared: .*tools/openapi/sendara"
    ):
        document(Dialect.SENDARA, routes=(*ROUTES, UNDECLARED))


def test_a_declaration_without_a_call_is_named():
    fewer = tuple(route for route in ROUTES if (route.method, route.path) != ("GET", "/v1/keys"))
    with pytest.raises(DeclarationError, match="declares GET /v1/keys"):
        document(Dialect.SENDARA, routes=fewer)


def test_a_path_parameter_that_is_not_declared_is_named():
    api = APIS[Dialect.SENDARA]
    with pytest.raises(DeclarationError, match=r"path parameter (domain|delivery)"):
        document(Dialect.SENDARA, replace(api, path_parameters={"token": api.path_parameters["token"]}))


def test_an_operation_id_that_is_there_twice_is_named():
    api = APIS[Dialect.SENDARA]
    twice = replace(api.operations["GET", "/v1/keys"], operation_id="createKey")
    with pytest.raises(DeclarationError, match="operation id createKey twice"):
        document(Dialect.SENDARA, replace(api, operations={**api.operations, ("GET", "/v1/keys"): twice}))


def test_a_link_that_leads_nowhere_is_named():
    api = APIS[Dialect.SENDARA]
    create = api.operations["POST", "/v1/keys"]
    (name, link), *_ = create.answer.links.items()
    broken = replace(
        create, answer=replace(create.answer, links={name: replace(link, operation_id="nothing")})
    )
    with pytest.raises(DeclarationError, match=f"no nothing, to which the link {name} leads"):
        document(Dialect.SENDARA, replace(api, operations={**api.operations, ("POST", "/v1/keys"): broken}))


@every_dialect
def test_what_errors_lists_and_dns_records_hold_is_all_that_they_hold(dialect):
    schemas = documented.document(dialect)["components"]["schemas"]
    closed = [
        name
        for name in schemas
        if name.endswith(("Error", "Links", "Meta", "Message")) or name == "DnsRecord"
    ]
    envelopes = [schema for schema in _answers(dialect) if _is_envelope(schema)]
    assert {"Error", "DnsRecord", "GatewayMessage"} <= set(closed)
    assert envelopes
    assert [name for name in closed if schemas[name].get("additionalProperties") is not False] == []
    assert [schema for schema in envelopes if schema.get("additionalProperties") is not False] == []


@every_dialect
def test_every_object_of_an_answer_is_open_to_more_fields_or_closed_on_purpose(dialect):
    schemas = documented.document(dialect)["components"]["schemas"]
    for name in ("Domain", "Identity", "Token", "Key", "ApiKey"):
        assert "additionalProperties" not in schemas.get(name, {})


@every_dialect
def test_every_example_is_as_its_schema_has_it(dialect):
    found = list(_examples(documented.document(dialect)))
    assert len(found) > 10
    for schema, example in found:
        assert documented.violations(dialect, schema, example) == []


@every_dialect
def test_the_text_of_a_document_reads_as_the_document(dialect):
    made = document(dialect)
    assert yaml.safe_load(as_yaml(made)) == made


def _answers(dialect: Dialect) -> Iterator[dict[str, Any]]:
    for methods in documented.document(dialect)["paths"].values():
        for call in methods.values():
            for response in call["responses"].values():
                content = documented.resolved(dialect, response).get("content", {})
                if "application/json" in content:
                    schema = content["application/json"]["schema"]
                    yield from schema.get("anyOf", [schema])


def _is_envelope(schema: dict[str, Any]) -> bool:
    """Whether an answer has lists of things, or one thing under a name."""
    return any(
        "$ref" in inner or inner.get("type") == "array" for inner in schema.get("properties", {}).values()
    )


def _examples(node: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    if isinstance(node, dict):
        if "schema" in node and isinstance(node.get("examples"), dict):
            yield from ((node["schema"], example["value"]) for example in node["examples"].values())
        if isinstance(node.get("examples"), list):
            yield from ((node, example) for example in node["examples"])
        for inner in node.values():
            yield from _examples(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _examples(inner)
