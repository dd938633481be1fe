"""JSON Schema 2020-12, as OpenAPI 3.1 takes it, in the few shapes that the documents need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

# White space and control characters, of which a text may not consist alone; those that no line may have.
NOT_BLANK = r"\S"


def text(
    description: str = "",
    *,
    longest: int | None = None,
    pattern: str | None = None,
    form: str | None = None,
    example: str | None = None,
) -> Schema:
    """A string; `longest` in characters, `form` one of JSON Schema's formats."""
    schema: Schema = {"type": "string"}
    schema |= {} if longest is None else {"maxLength": longest}
    schema |= {} if pattern is None else {"pattern": pattern}
    schema |= {} if form is None else {"format": form}
    return _told(schema, description, example)


def number(
    description: str = "", *, least: int | None = None, most: int | None = None, example: int | None = None
) -> Schema:
    """A whole number in a range, its ends included."""
    schema: Schema = {"type": "integer"}
    schema |= {} if least is None else {"minimum": least}
    schema |= {} if most is None else {"maximum": most}
    return _told(schema, description, example)


def flag(description: str = "", *, example: bool | None = None) -> Schema:
    """A boolean."""
    return _told({"type": "boolean"}, description, example)


def one_of(values: Iterable[str], description: str = "") -> Schema:
    """One of some words."""
    return _told({"type": "string", "enum": [str(value) for value in values]}, description, None)


def always(value: object, description: str = "") -> Schema:
    """One value and no other."""
    return _told({"const": value}, description, None)


def array(
    items: Schema, description: str = "", *, least: int | None = None, most: int | None = None
) -> Schema:
    """A list."""
    schema: Schema = {"type": "array", "items": items}
    schema |= {} if least is None else {"minItems": least}
    schema |= {} if most is None else {"maxItems": most}
    return _told(schema, description, None)


def resource(
    properties: Mapping[str, Schema], description: str = "", *, sometimes: Iterable[str] = ()
) -> Schema:
    """An object of an answer with all these keys but those that are there `sometimes`; more may be added to it."""
    absent = set(sometimes)
    schema: Schema = {
        "type": "object",
        "required": [name for name in properties if name not in absent],
        "properties": dict(properties),
    }
    return _told(schema, description, None)


def closed(
    properties: Mapping[str, Schema], description: str = "", *, sometimes: Iterable[str] = ()
) -> Schema:
    """An object of an answer with these keys and no other: envelopes, errors, DNS records."""
    return resource(properties, description, sometimes=sometimes) | {"additionalProperties": False}


def body(properties: Mapping[str, Schema], *, required: Iterable[str] = ()) -> Schema:
    """An object of a request; keys that it doesn't know are left aside. Where none is needed, `null` is as good as no body."""
    needed = list(required)
    if not needed:
        return {"type": ["object", "null"], "properties": dict(properties)}
    return {"type": "object", "required": needed, "properties": dict(properties)}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if "$ref" in schema or "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    changed = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        changed["enum"] = [*schema["enum"], None]
    return changed


def optional(schema: Schema) -> Schema:
    """The same in a request, where null and an empty text are as good as absent."""
    if not {"pattern", "format", "enum"} & schema.keys():
        return nullable(schema)
    described = {"description": schema["description"]} if "description" in schema else {}
    inner = {key: value for key, value in schema.items() if key != "description"}
    return {**described, "anyOf": [inner, {"enum": ["", None]}]}


def ref(name: str) -> Schema:
    """A schema of the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def _told(schema: Schema, description: str, example: object | None) -> Schema:
    if description:
        schema["description"] = description
    if example is not None:
        schema["examples"] = [example]
    return schema
