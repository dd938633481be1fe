"""What is done to a stack beside `sam deploy`: protecting it, reading it, deleting it."""

from __future__ import annotations

from typing import Any

from tools.deployment.environments import Environment

KEPT = "Retain"
"""What a deletion policy begins with that keeps a resource."""


def keep(cloudformation: Any, chosen: Environment, policy: str) -> None:
    """No update may replace or delete what holds data; where data is to be kept, nobody deletes the stack by accident."""
    cloudformation.set_stack_policy(StackName=chosen.stack_name, StackPolicyBody=policy)
    cloudformation.update_termination_protection(
        StackName=chosen.stack_name, EnableTerminationProtection=chosen.keeps_data
    )


def outputs(cloudformation: Any, stack_name: str) -> dict[str, str]:
    """The stack's outputs by key."""
    (stack,) = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def remove(cloudformation: Any, stack_name: str) -> list[str]:
    """Delete the stack and wait for it; the physical ids of what its deletion policies keep."""
    template = cloudformation.get_template(StackName=stack_name, TemplateStage="Processed")["TemplateBody"]
    kept = {
        name
        for name, resource in template["Resources"].items()
        if resource.get("DeletionPolicy", "").startswith(KEPT)
    }
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    held = [
        each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
        if each["LogicalResourceId"] in kept and "PhysicalResourceId" in each
    ]
    cloudformation.update_termination_protection(StackName=stack_name, EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName=stack_name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack_name)
    return sorted(held)
