"""Which stack is meant: the local cloud's of this folder, or, with the variable STACK set, one in AWS."""

from __future__ import annotations

from collections.abc import Mapping

import boto3
from botocore.config import Config

from local.aws import Aws
from local.checkout import Checkout
from local.sam import STACK_NAME
from local.stack_file import read_stack
from tools.doctor.patient import Client


def deployment(environment: Mapping[str, str], checkout: Checkout) -> tuple[str, Client] | None:
    """The stack's name and how to talk to the AWS that it lies in; None when neither is there."""
    if name := environment.get("STACK"):
        session = boto3.Session()
        config = Config(retries={"mode": "standard", "total_max_attempts": 5})
        return name, lambda service: session.client(service, config=config)
    running = read_stack(checkout.stack_file)
    return (STACK_NAME, Aws(running.aws).client) if running else None
