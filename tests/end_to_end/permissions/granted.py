"""The single permissions of the deployed roles: one action on one resource each, and how to take one away for a while."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Use:
    """A call that IAM allowed a role."""

    role: str
    action: str
    resource: str


@dataclass(frozen=True)
class Permission:
    """One action on one resource, in one statement of one role's policy."""

    role: str
    policy: str
    statement: int
    action: str
    resource: str

    def covers(self, use: Use) -> bool:
        """Does this permission allow such a call?"""
        return (
            use.role == self.role
            and _like(self.action, use.action, re.IGNORECASE)
            and _like(self.resource, use.resource)
        )

    def __str__(self) -> str:
        return (
            f"{self.role}: {self.action} on {self.resource.partition(':000000000000:')[2] or self.resource}"
        )


def granted(iam: Any, stack: str) -> list[Permission]:
    """Every permission that the inline policies of a stack's roles give, in their order."""
    found = []
    for role in sorted(_roles(iam, stack)):
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            found += [
                Permission(role, policy, index, action, resource)
                for index, statement in enumerate(document["Statement"])
                for action in _listed(statement["Action"])
                for resource in _listed(statement["Resource"])
            ]
    return found


@contextmanager
def without(iam: Any, permission: Permission) -> Iterator[None]:
    """The role lacks this one permission inside the block; it keeps all else that the same statement gives."""
    names = {"RoleName": permission.role, "PolicyName": permission.policy}
    whole = iam.get_role_policy(**names)["PolicyDocument"]
    iam.put_role_policy(**names, PolicyDocument=json.dumps(lacking(whole, permission)))
    try:
        yield
    finally:
        iam.put_role_policy(**names, PolicyDocument=json.dumps(whole))


def lacking(document: dict[str, Any], permission: Permission) -> dict[str, Any]:
    """A policy document less one pair of action and resource."""
    lesser = copy.deepcopy(document)
    statement = lesser["Statement"].pop(permission.statement)
    actions, resources = _listed(statement["Action"]), _listed(statement["Resource"])
    others = [action for action in actions if action != permission.action]
    elsewhere = [resource for resource in resources if resource != permission.resource]
    if others:
        lesser["Statement"].append(statement | {"Action": others})
    if elsewhere:
        lesser["Statement"].append(statement | {"Action": permission.action, "Resource": elsewhere})
    return lesser


def _roles(iam: Any, stack: str) -> list[str]:
    pages = iam.get_paginator("list_roles").paginate()
    return [
        role["RoleName"]
        for page in pages
        for role in page["Roles"]
        if role["RoleName"].startswith(f"{stack}-")
    ]


def _like(pattern: str, value: str, flags: int = 0) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), value, flags) is not None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
