"""Moto without what it does again for every test, for every answer and for every transaction.

What moto answers stays as it is. Of the time of a thousand storage tests most went into reading botocore's files anew for each
session, registering moto's addresses anew for each test, making RSA keys that no test uses, looking for other spellings of each
attribute's type in each answer, and copying whole tables before each transaction. Each part below takes one of them away.
"""

from __future__ import annotations

import base64
import copy
from collections import defaultdict
from functools import cache
from typing import Any

import botocore.session
import moto.kms.models
from botocore.loaders import create_loader
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.core.models import MockAWS, botocore_stubber
from moto.core.serialize import JSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import StreamShard, Table

_serialize_structure = JSONSerializer._serialize_type_structure
_update_item = DynamoDBBackend.update_item


def _plain(value: Any) -> Any:
    """An attribute value as it goes over the wire: dicts and lists of one-entry dicts, bytes in base64."""
    if isinstance(value, DynamoType):
        return _plain(value.to_json())
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _serialize_attribute_values_as_they_are(
    self: JSONSerializer, serialized: Any, value: Any, shape: Any, key: str
) -> None:
    if shape.name == "AttributeValue" and key and isinstance(value, dict):
        self._default_serialize(serialized, _plain(value), shape, key)
    else:
        _serialize_structure(self, serialized, value, shape, key)


def _copy_of_table(self: Table, _memo: Any) -> Table:
    """As a backup for a transaction: the same items, in dicts of their own."""
    made = copy.copy(self)
    made.items = defaultdict(dict)
    for key, kept in self.items.items():
        made.items[key] = dict(kept) if isinstance(kept, dict) else kept
    if self.stream_shard is not None:
        made.stream_shard = shard = copy.copy(self.stream_shard)
        shard.table, shard.items = made, list(shard.items)
    return made


def _update_a_copy(
    self: DynamoDBBackend, table_name: str, key: dict[str, Any], *rest: Any, **more: Any
) -> Any:
    """Update the item, leaving the one that a backup holds as it was."""
    table = self.get_table(table_name)
    if table.hash_key_attr in key:
        hash_value = DynamoType(key[table.hash_key_attr])
        kept = table.items.get(hash_value)
        if isinstance(kept, dict):
            range_value = DynamoType(key[table.range_key_attr]) if table.range_key_attr in key else None
            if range_value in kept:
                kept[range_value] = copy.deepcopy(kept[range_value])
        elif kept is not None:
            table.items[hash_value] = copy.deepcopy(kept)
    return _update_item(self, table_name, key, *rest, **more)


def empty_copy(table: Table) -> Table:
    """A table like this one, with nothing in it or in its stream."""
    made = copy.copy(table)
    made.items = defaultdict(dict)
    made.ttl, made.tags = dict(table.ttl), list(table.tags)
    made.lambda_event_source_mappings = {}
    if table.stream_shard is not None:
        made.stream_shard = StreamShard(table.account_id, made)
    return made


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
    moto.kms.models.generate_private_key = cache(moto.kms.models.generate_private_key)
    JSONSerializer._serialize_type_structure = _serialize_attribute_values_as_they_are
    Table.__deepcopy__ = _copy_of_table
    DynamoDBBackend.update_item = _update_a_copy
    MockAWS._enable_patching = _answer_botocore
    MockAWS._disable_patching = _answer_nobody
