"""Routes and tables read from what SAM really makes of a template."""

from __future__ import annotations

import json

import pytest
import yaml
from samtranslator.translator.transform import transform

from local.deployed_stack import DeployedStack, Route, routes_of

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13, Handler: app.handler, CodeUri: s3://bucket/key}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  Domains:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        List: {Type: HttpApi, Properties: {ApiId: {Ref: Api}, Path: /v1/domains, Method: GET}}
        Add: {Type: HttpApi, Properties: {ApiId: {Ref: Api}, Path: /v1/domains, Method: post}}
        Show: {Type: HttpApi, Properties: {ApiId: {Ref: Api}, Path: "/v1/domains/{domain}", Method: GET}}
        Files: {Type: HttpApi, Properties: {ApiId: {Ref: Api}, Path: "/files/{path+}", Method: any}}
  Aliased:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      Events:
        Add: {Type: HttpApi, Properties: {ApiId: {Ref: Api}, Path: /v1/identities, Method: POST}}
  Fallback:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Default: {Type: HttpApi, Properties: {ApiId: {Ref: Api}}}
  Expiring:
    Type: AWS::DynamoDB::Table
    Properties: {TimeToLiveSpecification: {AttributeName: forget_at, Enabled: true}}
  NotExpiring:
    Type: AWS::DynamoDB::Table
    Properties: {TimeToLiveSpecification: {AttributeName: forget_at, Enabled: false}}
  Plain: {Type: AWS::DynamoDB::Table, Properties: {}}
"""
ROUTES = [
    Route("GET /v1/domains", "Domains"),
    Route("POST /v1/domains", "Domains"),
    Route("GET /v1/domains/{domain}", "Domains"),
    Route("ANY /files/{path+}", "Domains"),
    Route("POST /v1/identities", "Aliased"),
    Route("$default", "Fallback"),
]


class NoManagedPolicies:
    def load(self):
        return {}


class CloudFormation:
    """Answers as the emulator does: the translated template, and the resources in two pages."""

    def __init__(self, template, physical_ids):
        self.template = template
        self.physical_ids = physical_ids

    def get_template(self, StackName, TemplateStage):  # noqa: N803 - AWS's names
        assert (StackName, TemplateStage) == ("letterhead", "Processed")
        return {"TemplateBody": self.template}

    def get_paginator(self, operation):
        assert operation == "list_stack_resources"
        return self

    def paginate(self, StackName):  # noqa: N803 - AWS's names
        assert StackName == "letterhead"
        items = [
            {"LogicalResourceId": key, "PhysicalResourceId": value}
            for key, value in self.physical_ids.items()
        ]
        return [{"StackResourceSummaries": items[:1]}, {"StackResourceSummaries": items[1:]}]


@pytest.fixture
def translated(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return transform(yaml.safe_load(TEMPLATE), {}, NoManagedPolicies())


@pytest.fixture
def stack(translated):
    ids = {"Api": "abc123", "Expiring": "letterhead-Expiring-1", "Domains": "letterhead-Domains-1"}
    return DeployedStack.read(CloudFormation(translated, ids), "letterhead")


def test_each_event_of_the_template_is_a_route_of_the_api(stack):
    ((api_id, routes),) = stack.apis()

    assert api_id == "abc123"
    assert sorted(routes, key=str) == sorted(ROUTES, key=str)


def test_only_tables_with_an_enabled_time_to_live_expire(stack):
    assert list(stack.expiring_tables()) == [("letterhead-Expiring-1", "forget_at")]


def test_a_template_given_as_text_is_read_too(translated):
    stack = DeployedStack.read(CloudFormation(json.dumps(translated), {"Api": "abc123"}), "letterhead")

    assert [api_id for api_id, _ in stack.apis()] == ["abc123"]


def test_an_integration_without_a_function_is_refused():
    operation = {"x-amazon-apigateway-integration": {"uri": "https://elsewhere.example/"}}

    with pytest.raises(ValueError, match="no function"):
        routes_of({"paths": {"/x": {"get": operation}}})
