"""Requests of the v2 API, told apart and checked by botocore's own description of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from local.ses.errors import bad_request


@dataclass(frozen=True)
class Route:
    """One operation: how its requests look and what it takes."""

    operation: str
    method: str
    path: re.Pattern[str]
    model: OperationModel


class V2Requests:
    """The operations named, as botocore's `sesv2` model has them."""

    def __init__(self, operations: Iterable[str]) -> None:
        model = _service_model()
        self._routes = [_route(model.operation_model(operation)) for operation in operations]

    def match(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
        """The operation of a request and the members that its path names; None for all other operations."""
        path = raw_path.partition("?")[0]
        for route in self._routes:
            found = route.path.fullmatch(path)
            if route.method == method and found is not None:
                return route, {name: unquote(value) for name, value in found.groupdict().items()}
        return None

    def parameters(self, route: Route, in_path: Mapping[str, str], query: str, body: bytes) -> dict[str, Any]:
        """The operation's parameters, blobs as bytes; SesError for what the model doesn't allow."""
        shape = route.model.input_shape
        if shape is None:
            return {}
        found: dict[str, Any] = dict(in_path)
        in_query = parse_qs(query, keep_blank_values=True)
        in_body = _json_object(body)
        for name, member in shape.members.items():
            match member.serialization.get("location"):
                case "uri":
                    pass
                case "querystring":
                    values = in_query.get(member.serialization["name"])
                    if values is not None:
                        found[name] = values if member.type_name == "list" else values[0]
                case _:
                    wire_name = member.serialization.get("name", name)
                    if in_body.get(wire_name) is not None:
                        found[name] = _with_bytes(in_body[wire_name], member)
        report = ParamValidator().validate(found, shape)
        if report.has_errors():
            raise bad_request(report.generate_report())
        _check_limits(found, shape, "")
        return found


@cache
def _service_model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("sesv2", "service-2"), "sesv2")


def _route(model: OperationModel) -> Route:
    uri = model.http["requestUri"]
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(uri))
    return Route(model.name, model.http["method"], re.compile(pattern), model)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("The request body isn't JSON.") from None
    if not isinstance(found, dict):
        raise bad_request("The request body isn't a JSON object.")
    return found


def _with_bytes(value: Any, shape: Any) -> Any:
    """The value with its blobs decoded; what has the wrong type is left for the validator to name."""
    if shape.type_name == "blob" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error:
            raise bad_request(f"{shape.name} isn't base64.") from None
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            name: _with_bytes(inner, shape.members[name]) if name in shape.members else inner
            for name, inner in value.items()
            if inner is not None
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_with_bytes(item, shape.member) for item in value]
    return value


def _check_limits(value: Any, shape: Any, where: str) -> None:
    """Enums, patterns and greatest lengths, which botocore's validator leaves to the service."""
    if isinstance(shape, StructureShape):
        for name, inner in value.items():
            _check_limits(inner, shape.members[name], f"{where}.{name}".lstrip("."))
    elif shape.type_name == "list":
        _check_length(value, shape, where)
        for item in value:
            _check_limits(item, shape.member, where)
    elif shape.type_name == "map":
        for key, inner in value.items():
            _check_limits(key, shape.key, f"a key of {where}")
            _check_limits(inner, shape.value, f"{where}.{key}")
    elif shape.type_name == "string":
        _check_length(value, shape, where)
        if getattr(shape, "enum", None) and value not in shape.enum:
            raise bad_request(f"{where} is {value!r}, it must be one of {', '.join(shape.enum)}.")
        pattern = shape.metadata.get("pattern")
        if pattern is not None and re.fullmatch(pattern.strip("^$"), value) is None:
            raise bad_request(f"{where} has a value that SES doesn't take.")


def _check_length(value: Any, shape: Shape, where: str) -> None:
    most = shape.metadata.get("max")
    if most is not None and len(value) > most:
        raise bad_request(f"{where} has length {len(value)}, at most {most} is allowed.")
