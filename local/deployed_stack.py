"""What the deployed stack holds, read from CloudFormation: the translated template and the physical names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

API = "AWS::ApiGatewayV2::Api"
TABLE = "AWS::DynamoDB::Table"
ALIAS = "AWS::Lambda::Alias"
FUNCTION_IN_URI = re.compile(r"\$\{(\w+)(?:\.Arn)?\}/invocations")
ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
DEFAULT_ROUTE = "$default"


@dataclass(frozen=True)
class Route:
    """One route of an HTTP API: its key (`GET /v1/domains/{id}`, `$default`) and its function's (or alias's) logical id."""

    key: str
    function: str


@dataclass(frozen=True)
class DeployedStack:
    """A stack's translated template and each logical id's physical id."""

    template: Mapping[str, Any]
    physical_ids: Mapping[str, str]

    @classmethod
    def read(cls, cloudformation: Any, name: str) -> DeployedStack:
        """Asks CloudFormation for the stack `name`."""
        template = cloudformation.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        physical_ids = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
        }
        return cls(json.loads(template) if isinstance(template, str) else template, physical_ids)

    def apis(self) -> Iterator[tuple[str, list[Route]]]:
        """Each HTTP API's id with its routes."""
        for logical_id, properties in self._resources(API):
            if logical_id in self.physical_ids:
                routes = routes_of(properties.get("Body") or {})
                yield self.physical_ids[logical_id], [self._to_function(route) for route in routes]

    def expiring_tables(self) -> Iterator[tuple[str, str]]:
        """Each table whose items expire, by physical name, with the attribute that says when."""
        for logical_id, properties in self._resources(TABLE):
            expiry = properties.get("TimeToLiveSpecification") or {}
            if expiry.get("Enabled") in (True, "true"):
                yield self.physical_ids[logical_id], expiry["AttributeName"]

    def recoverable_tables(self) -> Iterator[str]:
        """The physical name of each table that can be brought back to an earlier second."""
        for logical_id, properties in self._resources(TABLE):
            recovery = properties.get("PointInTimeRecoverySpecification") or {}
            if recovery.get("PointInTimeRecoveryEnabled") in (True, "true"):
                yield self.physical_ids[logical_id]

    def _to_function(self, route: Route) -> Route:
        """The route with the function behind an alias: here the newest code serves in any case."""
        resource = self.template["Resources"].get(route.function, {})
        if resource.get("Type") != ALIAS:
            return route
        return Route(route.key, resource["Properties"]["FunctionName"]["Ref"])

    def _resources(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for logical_id, resource in self.template["Resources"].items():
            if resource["Type"] == kind:
                yield logical_id, resource.get("Properties") or {}


def routes_of(body: Mapping[str, Any]) -> list[Route]:
    """The routes that an HTTP API's OpenAPI body describes, as API Gateway would make them on import."""
    return [
        Route(_route_key(path, method), _function_of(operation[INTEGRATION]["uri"]))
        for path, operations in (body.get("paths") or {}).items()
        for method, operation in operations.items()
        if isinstance(operation, Mapping) and INTEGRATION in operation
    ]


def _route_key(path: str, method: str) -> str:
    bare = path.removeprefix("/")
    if bare == DEFAULT_ROUTE:
        return DEFAULT_ROUTE
    return f"{'ANY' if method == ANY_METHOD else method.upper()} {path}"


def _function_of(uri: Any) -> str:
    """The logical id of the function, or of its alias, that an integration's URI names."""
    text = uri["Fn::Sub"] if isinstance(uri, Mapping) else uri
    found = FUNCTION_IN_URI.search(text if isinstance(text, str) else text[0])
    if found is None:
        raise ValueError(f"no function in the integration's URI {uri!r}")
    return found.group(1)
