"""Routes, time to live and recovery set through the API: all of them, once, and nothing twice."""

from __future__ import annotations

import itertools

import pytest

from local.deployed_stack import DeployedStack
from local.emulator_gaps import create_routes, enable_expiry, enable_recovery, limit_concurrency


def operation(function):
    uri = f"arn:x:apigateway:r:lambda:path/2015-03-31/functions/${{{function}.Arn}}/invocations"
    return {"x-amazon-apigateway-integration": {"uri": {"Fn::Sub": uri}}}


def stack_with(paths, expiring=False, recoverable=False):
    table = {"TimeToLiveSpecification": {"AttributeName": "forget_at", "Enabled": True}} if expiring else {}
    table["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": recoverable}
    return DeployedStack(
        {
            "Resources": {
                "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": {"paths": paths}}},
                "Table": {"Type": "AWS::DynamoDB::Table", "Properties": table},
            }
        },
        {
            "Api": "api1",
            "Table": "table-1",
            "Domains": "letterhead-Domains-1",
            "Fallback": "letterhead-Fallback-1",
        },
    )


PATHS = {
    "/v1/domains": {"get": operation("Domains"), "post": operation("Domains")},
    "$default": {"x-amazon-apigateway-any-method": operation("Fallback")},
}


class ApiGateway:
    """Keeps integrations and routes as API Gateway does, one item a page, and counts what was written."""

    def __init__(self):
        self.integrations = []
        self.routes = []
        self.writes = 0
        self._ids = itertools.count(1)

    def get_integrations(self, **page):
        return self._page(self.integrations, **page)

    def get_routes(self, **page):
        return self._page(self.routes, **page)

    def create_integration(self, **fields):
        return self._add(self.integrations, "IntegrationId", fields)

    def create_route(self, **fields):
        return self._add(self.routes, "RouteId", fields)

    def update_route(self, ApiId, RouteId, Target):  # noqa: N803 - AWS's names
        self.writes += 1
        next(route for route in self.routes if route["RouteId"] == RouteId)["Target"] = Target

    def delete_route(self, ApiId, RouteId):  # noqa: N803 - AWS's names
        self.writes += 1
        self.routes = [route for route in self.routes if route["RouteId"] != RouteId]

    def _add(self, items, key, fields):
        self.writes += 1
        item = {**fields, key: f"{key}{next(self._ids)}"}
        items.append(item)
        return item

    def _page(self, items, ApiId, NextToken="0"):  # noqa: N803 - AWS's names
        start = int(NextToken)
        more = {"NextToken": str(start + 1)} if start + 1 < len(items) else {}
        return {"Items": items[start : start + 1], **more}

    def served_by(self):
        functions = {item["IntegrationId"]: item["IntegrationUri"] for item in self.integrations}
        return {
            route["RouteKey"]: functions[route["Target"].removeprefix("integrations/")]
            for route in self.routes
        }


@pytest.fixture
def gateway():
    return ApiGateway()


def apply(gateway, paths):
    return create_routes(gateway, stack_with(paths), "us-east-1", "000000000000")


def test_every_route_leads_to_its_function(gateway):
    assert apply(gateway, PATHS) == 3
    domains = "arn:aws:lambda:us-east-1:000000000000:function:letterhead-Domains-1"
    assert gateway.served_by() == {
        "GET /v1/domains": domains,
        "POST /v1/domains": domains,
        "$default": "arn:aws:lambda:us-east-1:000000000000:function:letterhead-Fallback-1",
    }


def test_functions_get_the_second_payload_format_and_one_integration_each(gateway):
    apply(gateway, PATHS)

    assert len(gateway.integrations) == 2
    assert {item["PayloadFormatVersion"] for item in gateway.integrations} == {"2.0"}


def test_doing_it_again_writes_nothing(gateway):
    apply(gateway, PATHS)
    written = gateway.writes

    apply(gateway, PATHS)

    assert gateway.writes == written


def test_a_changed_template_moves_adds_and_removes_routes(gateway):
    apply(gateway, PATHS)

    apply(gateway, {"/v1/domains": {"get": operation("Fallback")}, "/new": {"put": operation("Domains")}})

    served = {key: uri.rsplit(":", 1)[1] for key, uri in gateway.served_by().items()}
    assert served == {"GET /v1/domains": "letterhead-Fallback-1", "PUT /new": "letterhead-Domains-1"}


class DynamoDb:
    def __init__(self, status):
        self.status = status
        self.updates = []

    def describe_time_to_live(self, TableName):  # noqa: N803 - AWS's names
        return {"TimeToLiveDescription": {"TimeToLiveStatus": self.status}}

    def update_time_to_live(self, **fields):
        self.updates.append(fields)

    update_continuous_backups = update_time_to_live


def test_time_to_live_is_turned_on_where_the_template_says_so():
    dynamodb = DynamoDb("DISABLED")

    enable_expiry(dynamodb, stack_with({}, expiring=True))

    expected = {
        "TableName": "table-1",
        "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "forget_at"},
    }
    assert dynamodb.updates == [expected]


@pytest.mark.parametrize(("status", "expiring"), [("ENABLED", True), ("ENABLING", True), ("DISABLED", False)])
def test_time_to_live_is_left_alone_otherwise(status, expiring):
    dynamodb = DynamoDb(status)

    enable_expiry(dynamodb, stack_with({}, expiring=expiring))

    assert dynamodb.updates == []


@pytest.mark.parametrize("recoverable", [True, False])
def test_tables_can_be_recovered_where_the_template_says_so(recoverable):
    dynamodb = DynamoDb("DISABLED")

    enable_recovery(dynamodb, stack_with({}, recoverable=recoverable))

    recovery = {"PointInTimeRecoveryEnabled": True}
    expected = {"TableName": "table-1", "PointInTimeRecoverySpecification": recovery}
    assert dynamodb.updates == ([expected] if recoverable else [])


class EventSources:
    """Lambda's event sources, two to a page."""

    def __init__(self, *most):
        self.sources = [
            {"UUID": str(number), **({} if one is None else {"ScalingConfig": {"MaximumConcurrency": one}})}
            for number, one in enumerate(most)
        ]
        self.updates = []

    def get_paginator(self, operation):
        assert operation == "list_event_source_mappings"
        return self

    def paginate(self):
        return [
            {"EventSourceMappings": self.sources[start : start + 2]}
            for start in range(0, len(self.sources), 2)
        ]

    def update_event_source_mapping(self, **fields):
        self.updates.append(fields)


def test_what_a_parameter_says_of_concurrency_is_a_number_then():
    sources = EventSources("5", None, 25)
    limit_concurrency(sources)
    assert sources.updates == [
        {"UUID": "0", "ScalingConfig": {"MaximumConcurrency": 5}},
        {"UUID": "2", "ScalingConfig": {"MaximumConcurrency": 10}},
    ]
