"""Deploying and undeploying from a terminal: what is asked, what is run, what is protected, what stays."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from samcli.commands.deploy.auth_utils import auth_per_resource
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

from local.checkout import REPOSITORY
from tools.deployment.__main__ import main
from tools.deployment.environments import DeploymentError, environment

CONFIG = """
version = 0.1
[dev.global.parameters]
stack_name = "letterhead-dev"
[dev.deploy.parameters]
parameter_overrides = "DeletionProtection=\\"false\\""
[prod.global.parameters]
stack_name = "letterhead"
[prod.deploy.parameters]
region = "eu-west-1"
parameter_overrides = "DeletionProtection=\\"true\\""
"""
TEMPLATE = {"Resources": {"Domains": {"DeletionPolicy": "RetainExceptOnCreate"}, "Limits": {}}}


class CloudFormation:
    """As far as deploying asks it; `done` is what was asked for."""

    def __init__(self) -> None:
        self.done: list[tuple[str, object]] = []

    def set_stack_policy(self, StackName, StackPolicyBody):  # noqa: N803 - AWS's own spelling
        self.done.append(("policy", (StackName, json.loads(StackPolicyBody)["Statement"][1]["Effect"])))

    def update_termination_protection(self, StackName, EnableTerminationProtection):  # noqa: N803
        self.done.append(("protection", (StackName, EnableTerminationProtection)))

    def describe_stacks(self, StackName):  # noqa: N803
        return {"Stacks": [{"Outputs": [{"OutputKey": "FirstSteps", "OutputValue": f"doctor {StackName}"}]}]}

    def get_template(self, **_):
        return {"TemplateBody": TEMPLATE}

    def get_paginator(self, _):
        listed = [
            {"LogicalResourceId": name, "PhysicalResourceId": f"letterhead-{name}"}
            for name in TEMPLATE["Resources"]
        ]
        return SimpleNamespace(paginate=lambda **_: [{"StackResourceSummaries": listed}])

    def delete_stack(self, StackName):  # noqa: N803
        self.done.append(("deleted", StackName))

    def get_waiter(self, _):
        return SimpleNamespace(wait=lambda **_: None)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "samconfig.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def world(config):
    """Runs the program; `ran` are the commands, `aws` CloudFormation."""
    found = SimpleNamespace(ran=[], aws=CloudFormation(), code=0)

    def run(command):
        found.ran.append(" ".join(command))
        if "--guided" in command:
            config.write_text(
                CONFIG.replace("[dev.deploy.parameters]", '[dev.deploy.parameters]\nregion = "eu-west-1"')
            )
        return found.code

    def call(*arguments, ask=None, **variables):
        return main(arguments, variables, run, lambda _: found.aws, ask, config)

    found.call = call
    return found


def test_the_first_deployment_asks_and_the_next_does_not(world):
    assert world.call("deploy", "dev", ask=lambda _: "") == 0
    assert world.call("deploy", "dev") == 0

    build = 'sam build --config-env dev --parameter-overrides DeletionProtection="false"'
    deploy = "sam deploy --config-env dev"
    assert world.ran == [build, f"{deploy} --guided", build, deploy]


def test_where_nobody_can_be_asked_a_first_deployment_is_one_line(world, capsys):
    assert world.call("deploy", "dev") == 1
    assert world.ran == []
    assert "region" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "protected"), [("dev", False), ("prod", True)])
def test_what_holds_data_is_protected_and_the_outputs_say_what_comes_next(world, capsys, name, protected):
    assert world.call("deploy", name, ask=lambda _: "") == 0

    stack = {"dev": "letterhead-dev", "prod": "letterhead"}[name]
    assert world.aws.done == [("policy", (stack, "Deny")), ("protection", (stack, protected))]
    assert f"FirstSteps: doctor {stack}" in capsys.readouterr().out


def test_answers_that_were_not_kept_leave_nothing_half_done_unsaid(world, capsys, monkeypatch):
    monkeypatch.setattr(Path, "write_text", lambda *_, **__: 0)  # "Save arguments to configuration file": n
    assert world.call("deploy", "dev", ask=lambda _: "") == 1
    assert world.aws.done == []
    assert "unprotected" in capsys.readouterr().err


def test_a_build_that_fails_is_not_deployed(world):
    world.code = 3
    assert world.call("deploy", "prod") == 3
    assert len(world.ran) == 1
    assert world.aws.done == []


@pytest.mark.parametrize("variables", [{}, {"UNDEPLOY": "letterhead-dev"}])
def test_nothing_is_deleted_without_the_stacks_name(world, variables):
    assert world.call("undeploy", "prod", **variables) == 1
    assert world.call("undeploy", "prod", ask=lambda _: "yes", **variables) == 1
    assert world.aws.done == []


@pytest.mark.parametrize("given", [{"UNDEPLOY": "letterhead"}, {"ask": lambda _: "letterhead"}])
def test_undeploying_names_what_stays(world, capsys, given):
    assert world.call("undeploy", "prod", **given) == 0

    assert world.aws.done == [("protection", ("letterhead", False)), ("deleted", "letterhead")]
    kept = [line for line in capsys.readouterr().out.splitlines() if "kept" in line]
    assert len(kept) == 1
    assert kept[0].endswith("letterhead-Domains")


def test_an_environment_that_is_not_there_is_one_line(world, capsys):
    assert world.call("deploy", "") == 1
    assert "ENV=dev or ENV=prod" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "keeps"), [("dev", False), ("prod", True)])
def test_the_environments_of_this_repository(name, keeps):
    found = environment(REPOSITORY / "samconfig.toml", name)
    assert found.keeps_data is keeps
    assert found.region is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # SAM's own use of its translator
def test_the_first_deployment_does_not_ask_of_each_route_whether_it_is_to_be_open():
    # `sam deploy --guided` asks that for every route without SAM's own authorisation, and "no", its default, ends it.
    stacks, _ = SamLocalStackProvider.get_stacks(
        str(REPOSITORY / "template.yaml"),
        parameter_overrides={},
        global_parameter_overrides={"AWS::Region": "eu-west-1"},
    )
    asked = {name for name, settled in auth_per_resource(stacks) if not settled}
    assert asked == set()


def test_the_default_section_is_no_environment():
    with pytest.raises(DeploymentError):
        environment(REPOSITORY / "samconfig.toml", "default")
