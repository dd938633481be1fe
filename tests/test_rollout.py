"""Gradual rollouts, in the template as SAM's own translator makes it: off by default, whole when asked for, and not of nothing.

With an alias a release that only changes a layer publishes no new version, unless function and layer both say so, by SAM's
properties `AutoPublishAliasAllProperties` and `PublishLambdaVersion`. Nearly all of Letterhead's code lies in a layer.
"""

from __future__ import annotations

import graphlib
import json
import re
from functools import cache
from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tests.fakes.source_template import FUNCTION, resources, template

LAYER = "AWS::Serverless::LayerVersion"
GRADUAL = "Canary10Percent10Minutes"
ROLE = "RolloutRole"
MOST_RESOURCES = 500  # of one stack (CloudFormation quotas)
MOST_ROUTES_OF_A_FUNCTION = 38


def behind_the_api() -> set[str]:
    return {
        name
        for name, properties in resources(FUNCTION).items()
        if any(event["Type"] == "HttpApi" for event in properties.get("Events", {}).values())
    }


@cache
def translated(
    rollout: str = "AllAtOnce", changed_layer: str = "", changed_function: str = ""
) -> dict[str, Any]:
    """The template after SAM, with artefacts as `sam package` names them; of each function's routes one stands for all."""
    document = json.loads(json.dumps(template()))
    for name in behind_the_api():
        events = document["Resources"][name]["Properties"]["Events"]
        document["Resources"][name]["Properties"]["Events"] = dict(list(events.items())[:1])
    for name, resource in document["Resources"].items():
        artefact = f"s3://artefacts/{name}{'-changed' * (name in (changed_layer, changed_function))}"
        if resource["Type"] == FUNCTION:
            resource["Properties"]["CodeUri"] = artefact
        elif resource["Type"] == LAYER:
            resource["Properties"]["ContentUri"] = artefact
    parameters = {name: each.get("Default", "") for name, each in document["Parameters"].items()}
    done: dict[str, Any] = Translator({}, Parser()).translate(document, parameters | {"Rollout": rollout})
    return done["Resources"]


@pytest.fixture(autouse=True)
def region(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def number_of_routes() -> int:
    return sum(len(properties.get("Events", {})) for properties in resources(FUNCTION).values())


def of_type(found: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: each for name, each in found.items() if each["Type"] == kind}


def versions(found: dict[str, Any]) -> dict[str, str]:
    return {
        each["Properties"]["FunctionName"]["Ref"]: name
        for name, each in of_type(found, "AWS::Lambda::Version").items()
    }


def test_a_release_is_all_at_once_unless_it_is_asked_for():
    assert not [each for each in translated().values() if each["Type"].startswith("AWS::CodeDeploy::")]


def test_a_gradual_one_is_of_every_function_behind_the_api_and_goes_back_on_an_alarm():
    found = translated(GRADUAL)
    groups = of_type(found, "AWS::CodeDeploy::DeploymentGroup")

    assert len(groups) == len(behind_the_api()) == len(versions(found))
    for group in groups.values():
        properties = group["Properties"]
        assert GRADUAL in json.dumps(properties["DeploymentConfigName"])
        assert properties["AutoRollbackConfiguration"]["Enabled"]
        assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]
        assert properties["AlarmConfiguration"]["Enabled"]
        assert [each["Name"]["Ref"] for each in properties["AlarmConfiguration"]["Alarms"]] == [
            "FunctionFailuresAlarm",
            "RequestFaultsAlarm",
        ]
    moved_by = {
        each["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]["Ref"]
        for each in of_type(found, "AWS::Lambda::Alias").values()
    }
    assert moved_by == set(groups)
    assert len(found) + number_of_routes() <= MOST_RESOURCES


def test_codedeploy_may_move_this_stacks_calls_and_no_others():
    """By a role of the stack's own; SAM's is for any alias.

    It has what AWS's policy AWSCodeDeployRoleForLambda has, less what is for revisions in S3, triggers and hooks.
    """
    found = translated(GRADUAL)
    groups = of_type(found, "AWS::CodeDeploy::DeploymentGroup")
    assert {each["Properties"]["ServiceRoleArn"]["Fn::GetAtt"][0] for each in groups.values()} == {ROLE}
    trusting = [
        name for name, each in of_type(found, "AWS::IAM::Role").items() if "codedeploy" in json.dumps(each)
    ]
    assert trusting == [ROLE]
    assert "ManagedPolicyArns" not in found[ROLE]["Properties"]
    (policy,) = found[ROLE]["Properties"]["Policies"]
    moving, reading = policy["PolicyDocument"]["Statement"]
    functions = {each["Fn::GetAtt"][0] for each in moving["Resource"] if "Fn::GetAtt" in each}
    aliases = {each["Fn::Sub"] for each in moving["Resource"] if "Fn::Sub" in each}
    assert functions == behind_the_api()
    assert aliases == {f"${{{name}.Arn}}:live" for name in functions}
    assert reading["Action"] == "cloudwatch:DescribeAlarms"
    for each in groups.values():
        assert not {"TriggerConfigurations", "Deployment"} & set(each["Properties"])
    for alias in of_type(found, "AWS::Lambda::Alias").values():
        assert set(alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]) == {
            "ApplicationName",
            "DeploymentGroupName",
        }


@pytest.mark.parametrize("rollout", ["AllAtOnce", GRADUAL])
def test_the_api_calls_aliases_and_may_so_that_moving_them_moves_its_calls(rollout):
    found = translated(rollout)
    aliases = {f"{name}Aliaslive" for name in behind_the_api()}
    assert aliases == set(of_type(found, "AWS::Lambda::Alias"))
    (api,) = of_type(found, "AWS::ApiGatewayV2::Api").values()
    called = re.findall(r"functions/\$\{(\w+)\}/invocations", json.dumps(api["Properties"]["Body"]))
    assert set(called) == aliases
    allowed = {
        each["Properties"]["FunctionName"]["Ref"]
        for each in of_type(found, "AWS::Lambda::Permission").values()
        if each["Properties"]["Principal"] == "apigateway.amazonaws.com"
    }
    assert allowed == aliases


def test_no_function_is_called_by_more_routes_than_its_policy_has_room_for():
    # Each route is a statement of some 500 bytes in the alias's own policy, which may have 20 KB (Lambda quotas).
    for name, properties in resources(FUNCTION).items():
        assert len(properties.get("Events", {})) <= MOST_ROUTES_OF_A_FUNCTION, name


@pytest.mark.parametrize("layer", sorted(resources(LAYER)))
def test_a_changed_layer_is_a_new_version_of_every_function_behind_the_api(layer):
    before, after = versions(translated()), versions(translated(changed_layer=layer))
    assert set(before) == set(after) == behind_the_api()
    assert not set(before.values()) & set(after.values())


def test_a_changed_function_is_a_new_version_of_itself_alone():
    before, after = versions(translated()), versions(translated(changed_function="DomainsFunction"))
    assert {name for name in before if before[name] != after[name]} == {"DomainsFunction"}


@pytest.mark.parametrize("rollout", ["AllAtOnce", GRADUAL])
def test_no_resource_waits_for_itself(rollout):
    found = translated(rollout)
    sorter = graphlib.TopologicalSorter({name: needed_by(each) & set(found) for name, each in found.items()})
    assert len(list(sorter.static_order())) == len(found)


def needed_by(part: Any) -> set[str]:
    """The logical ids that a part of a template refers to."""
    if isinstance(part, list):
        return set().union(*map(needed_by, part))
    if not isinstance(part, dict):
        return set()
    named: set[str] = set()
    for key, value in part.items():
        if key == "Ref" or (key == "DependsOn" and isinstance(value, str)):
            named.add(value)
        elif key == "DependsOn":
            named |= set(value)
        elif key == "Fn::GetAtt":
            named.add(value[0] if isinstance(value, list) else value.partition(".")[0])
        elif key == "Fn::Sub":
            text, *more = value if isinstance(value, list) else [value]
            named |= set(re.findall(r"\$\{(\w+)", text)) | needed_by(more)
        else:
            named |= needed_by(value)
    return named


def test_the_alarm_on_faults_reads_what_every_request_leaves_in_the_log():
    pattern = resources("AWS::Logs::MetricFilter")["RequestFaults"]["FilterPattern"]
    assert pattern == "{ $.status >= 500 }"  # tests/http/test_request_log.py has the line
