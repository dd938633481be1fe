"""What is examined: an AWS account and region, and the stack in it if there is one yet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

EMULATOR_ACCOUNT_ID = "000000000000"

Client = Callable[[str], Any]


@dataclass(frozen=True)
class Resource:
    """One resource of the stack, by its logical and its physical id."""

    name: str
    kind: str
    physical_id: str


@dataclass(frozen=True)
class Patient:
    """`client` makes AWS clients for the account and region; `now` tells this machine's time."""

    client: Client
    stack_name: str
    now: Callable[[], datetime]
    pause: Callable[[float], None]

    @cached_property
    def identity(self) -> Mapping[str, Any]:
        """Who asks, with AWS's own time in the answer's head."""
        answer: Mapping[str, Any] = self.client("sts").get_caller_identity()
        return answer

    @property
    def emulated(self) -> bool:
        """Is this the local cloud?"""
        return str(self.identity["Account"]) == EMULATOR_ACCOUNT_ID

    @cached_property
    def stack(self) -> Mapping[str, Any] | None:
        """The stack as CloudFormation describes it; None while there is none."""
        try:
            (found,) = self.client("cloudformation").describe_stacks(StackName=self.stack_name)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                return None
            raise
        described: Mapping[str, Any] = found
        return described

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """What the stack has made."""
        pages = (
            self.client("cloudformation")
            .get_paginator("list_stack_resources")
            .paginate(StackName=self.stack_name)
        )
        return tuple(
            Resource(each["LogicalResourceId"], each["ResourceType"], each.get("PhysicalResourceId", ""))
            for page in pages
            for each in page["StackResourceSummaries"]
        )

    @cached_property
    def template(self) -> Mapping[str, Any]:
        """The deployed template, translated."""
        body = self.client("cloudformation").get_template(
            StackName=self.stack_name, TemplateStage="Processed"
        )["TemplateBody"]
        parsed: Mapping[str, Any] = json.loads(body) if isinstance(body, str) else body
        return parsed

    def declared(self, name: str, setting: str) -> bool:
        """Does the template say anything about this property of a resource?"""
        return setting in self.template["Resources"].get(name, {}).get("Properties", {})

    def of_kind(self, kind: str) -> Iterator[Resource]:
        """The stack's resources of one type."""
        return (each for each in self.resources if each.kind == kind)

    def named(self, name: str) -> Resource | None:
        """The stack's resource of this logical id."""
        return next((each for each in self.resources if each.name == name), None)

    def parameter(self, name: str) -> str:
        """A parameter of the stack; empty when it has none of that name."""
        given = (self.stack or {}).get("Parameters", [])
        return next((str(each["ParameterValue"]) for each in given if each["ParameterKey"] == name), "")

    def output(self, name: str) -> str:
        """An output of the stack; empty when it has none of that name."""
        given = (self.stack or {}).get("Outputs", [])
        return next((str(each["OutputValue"]) for each in given if each["OutputKey"] == name), "")
