"""What the checked-in OpenAPI documents say of an answer: whether it may be given at all, with these headers and this body."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parents[2] / "docs" / "openapi"


@cache
def document(dialect: str) -> dict[str, Any]:
    """The document of a dialect as it is checked in."""
    return yaml.load((FOLDER / f"{dialect}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)


def operation(dialect: str, method: str, path: str) -> dict[str, Any] | None:
    """The operation that a request's path, without its query, means; a template or a concrete path."""
    paths = document(dialect)["paths"]
    fitting = [template for template in paths if _fits(template, path)]
    for template in sorted(fitting, key=lambda template: template.count("{")):
        if method.lower() in paths[template]:
            return paths[template][method.lower()]
    return None


def faults(
    dialect: str, method: str, path: str, *, status: int, headers: Mapping[str, str], text: str
) -> list[str]:
    """What of an answer isn't as its document has it; empty for a call that the document doesn't have."""
    call = operation(dialect, method, path.partition("?")[0])
    return [] if call is None else list(_faults(dialect, call, status, headers, text))


def _faults(
    dialect: str, call: dict[str, Any], status: int, headers: Mapping[str, str], text: str
) -> Iterator[str]:
    name = call["operationId"]
    response = resolved(dialect, call["responses"].get(str(status)))
    if response is None:
        yield f"{name}: {status} isn't documented"
        return
    given = {key.lower(): value for key, value in headers.items()}
    for header, reference in response.get("headers", {}).items():
        declared = resolved(dialect, reference)
        if header.lower() not in given:
            if declared.get("required"):
                yield f"{name}: {status} lacks the header {header}"
            continue
        value: Any = given[header.lower()]
        if declared["schema"].get("type") == "integer":
            value = int(value)
        yield from (
            f"{name}: {status} {header}: {fault}" for fault in violations(dialect, declared["schema"], value)
        )
    content = response.get("content")
    if content is None:
        if text:
            yield f"{name}: {status} has a body"
        return
    media_type = given.get("content-type", "").partition(";")[0]
    if media_type not in content:
        yield f"{name}: {status} is {media_type}"
    elif media_type == "application/json":
        schema = content[media_type]["schema"]
        yield from (f"{name}: {status} {fault}" for fault in violations(dialect, schema, json.loads(text)))


def violations(dialect: str, schema: Mapping[str, Any], value: Any) -> list[str]:
    """What of a value isn't as a schema of a dialect's document has it."""
    whole = {**schema, "components": document(dialect)["components"]}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]


def resolved(dialect: str, found: Any) -> Any:
    """What a reference means, or the thing itself."""
    while isinstance(found, dict) and "$ref" in found:
        at: Any = document(dialect)
        for part in found["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        found = at
    return found


def _fits(template: str, path: str) -> bool:
    wanted, given = template.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        (part.startswith("{") and value) or part == value for part, value in zip(wanted, given, strict=True)
    )
