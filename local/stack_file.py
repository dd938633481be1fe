"""`.local/stack.json`: where a running local cloud can be reached, for tests and tools."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Address:
    """A host and a port."""

    host: str
    port: int


@dataclass(frozen=True)
class AwsAccess:
    """How an AWS client reaches the emulator as its root; SES, v1 and v2, is the stand-in."""

    endpoint_url: str
    region: str
    access_key_id: str
    secret_access_key: str
    ses_endpoint_url: str | None = None


@dataclass(frozen=True)
class Account:
    """An account of the service and one token of each dialect, all scopes."""

    account_id: str
    tokens: Mapping[str, str]


@dataclass(frozen=True)
class Stack:
    """One running local cloud, key by key as in `stack.json`."""

    origin: str
    control: str
    dns: Address
    aws: AwsAccess
    account_id: str
    tokens: Mapping[str, str]


def write_stack(path: Path, stack: Stack) -> None:
    """Puts the whole file there at once, readable by its owner only: a reader sees all of it or nothing."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix="stack.", suffix=".json")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(stack), file, indent=2)
        file.write("\n")
    Path(draft).replace(path)


def read_stack(path: Path) -> Stack | None:
    """The running stack, or None when none is ready."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Stack(
        origin=fields["origin"],
        control=fields["control"],
        dns=Address(**fields["dns"]),
        aws=AwsAccess(**fields["aws"]),
        account_id=fields["account_id"],
        tokens=fields["tokens"],
    )
