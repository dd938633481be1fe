"""What CloudFormation on the emulator accepts and drops, or takes amiss: the HTTP API's routes, the tables' time to live and
recovery, and how many of a queue's batches are worked on at once, where a parameter says it.

All are set through the API after a deploy; doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.deployed_stack import DeployedStack

PAYLOAD_FORMAT = "2.0"
MOST_AT_ONCE = 10  # each batch that is worked on has a process of its own here


def create_routes(api_gateway: Any, stack: DeployedStack, region: str, account_id: str) -> int:
    """Makes each HTTP API have exactly the routes of its template; returns how many there are."""
    total = 0
    for api_id, routes in stack.apis():
        functions = {
            route.function: f"arn:aws:lambda:{region}:{account_id}:function:{stack.physical_ids[route.function]}"
            for route in routes
        }
        integrations = _integrations(api_gateway, api_id, functions)
        _routes(
            api_gateway,
            api_id,
            {route.key: f"integrations/{integrations[route.function]}" for route in routes},
        )
        total += len(routes)
    return total


def enable_expiry(dynamodb: Any, stack: DeployedStack) -> None:
    """Turns on time to live where the template says so."""
    for table, attribute in stack.expiring_tables():
        current = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if current.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            dynamodb.update_time_to_live(
                TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute}
            )


def enable_recovery(dynamodb: Any, stack: DeployedStack) -> None:
    """Turns on point-in-time recovery where the template says so. The emulator keeps the setting alone."""
    for table in stack.recoverable_tables():
        dynamodb.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )


def limit_concurrency(functions: Any) -> None:
    """Makes numbers of what parameters, which are text, have put into the event sources' scaling.

    botocore reads either as a number, so every one of them is set again, to no more than one machine has room for.
    """
    for page in functions.get_paginator("list_event_source_mappings").paginate():
        for source in page["EventSourceMappings"]:
            most = source.get("ScalingConfig", {}).get("MaximumConcurrency")
            if most is not None:
                functions.update_event_source_mapping(
                    UUID=source["UUID"], ScalingConfig={"MaximumConcurrency": min(int(most), MOST_AT_ONCE)}
                )


def _integrations(api_gateway: Any, api_id: str, functions: Mapping[str, str]) -> dict[str, str]:
    """One integration per function (logical id to ARN): logical id to integration id."""
    existing = {
        item["IntegrationUri"]: item["IntegrationId"] for item in _all(api_gateway.get_integrations, api_id)
    }
    found: dict[str, str] = {}
    for function, uri in functions.items():
        if uri not in existing:
            existing[uri] = api_gateway.create_integration(
                ApiId=api_id,
                IntegrationType="AWS_PROXY",
                IntegrationMethod="POST",
                IntegrationUri=uri,
                PayloadFormatVersion=PAYLOAD_FORMAT,
            )["IntegrationId"]
        found[function] = existing[uri]
    return found


def _routes(api_gateway: Any, api_id: str, wanted: dict[str, str]) -> None:
    existing = {item["RouteKey"]: item for item in _all(api_gateway.get_routes, api_id)}
    for key, target in wanted.items():
        if key not in existing:
            api_gateway.create_route(ApiId=api_id, RouteKey=key, Target=target)
        elif existing[key].get("Target") != target:
            api_gateway.update_route(ApiId=api_id, RouteId=existing[key]["RouteId"], Target=target)
    for key in existing.keys() - wanted.keys():
        api_gateway.delete_route(ApiId=api_id, RouteId=existing[key]["RouteId"])


def _all(operation: Any, api_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        answer = operation(ApiId=api_id, **token)
        items += answer["Items"]
        if not answer.get("NextToken"):
            return items
        token = {"NextToken": answer["NextToken"]}
