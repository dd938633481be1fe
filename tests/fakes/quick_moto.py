"""Moto without what it does again for every test, for every answer and for every transaction.

What moto answers stays as it is. Of the time of a thousand storage tests most went into reading botocore's files anew for each
session, registering moto's addresses anew for each test, making RSA keys that no test uses, looking for other spellings of each
attribute's type in each answer, and copying whole tables before each transaction. Each part here and in quick_dynamodb takes one
of them away.
"""

from __future__ import annotations

from functools import cache

import botocore.session
import botocore.useragent
import moto.kms.models
from botocore.loaders import create_loader
from botocore.useragent import sanitize_user_agent_string_component
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.core.models import MockAWS, botocore_stubber

from tests.fakes.quick_dynamodb import make_dynamodb_quick


def _answer_botocore(_self: MockAWS, reset: bool = True) -> None:
    """Stand in for AWS where botocore asks; nothing here asks it by the requests library."""
    botocore_stubber.enabled = True
    if reset:
        BackendDict.reset()


def _answer_nobody(_self: MockAWS, remove_data: bool) -> None:
    botocore_stubber.enabled = False
    if remove_data:
        BackendDict.reset()
        reset_model_data()


@cache
def make_moto_quick() -> None:
    """Put the parts in place, once in a process."""
    botocore.session.create_loader = cache(create_loader)
    botocore.useragent.sanitize_user_agent_string_component = cache(sanitize_user_agent_string_component)
    moto.kms.models.generate_private_key = cache(moto.kms.models.generate_private_key)
    MockAWS._enable_patching = _answer_botocore
    MockAWS._disable_patching = _answer_nobody
    make_dynamodb_quick()
