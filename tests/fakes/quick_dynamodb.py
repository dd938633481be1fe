"""Moto's DynamoDB without the detours that a process takes to itself.

Answers stay as they are: moto's own rules see what botocore's serializer wrote, and botocore's parser reads what moto's
serializer wrote. Left out is the HTTP between the two (its signature, its checksum, its requests parsed by werkzeug), and, in the
tables, work on items that a call doesn't touch: a query sorts its own partition, a transaction keeps copies of the partitions
that it writes to, an item is weighed once when it is made, and a value that is text is compared as text.
"""

from __future__ import annotations

import copy
import json
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache
from typing import Any

import moto.core.responses
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.endpoint import convert_to_response_dict
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber
from moto.core.responses import BaseResponse
from moto.core.serialize import JSONSerializer
from moto.core.utils import method_names_from_class
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.responses import DynamoHandler

_serialize_structure = JSONSerializer._serialize_type_structure
_make_request = BaseClient._make_request
_cast = DynamoType.cast_value.fget
_query = Table.query
_update_item = DynamoDBBackend.update_item
_transact_write_items = DynamoDBBackend.transact_write_items
_AS_THEY_ARE = {"S", "B", "BOOL"}
# The partitions that the transaction under way writes to, by table.
_partitions: ContextVar[dict[str, set[DynamoType]]] = ContextVar("partitions")


def _ask_moto(self: BaseClient, operation_model: Any, request: dict[str, Any], context: Any) -> Any:
    """Hand a call to moto's DynamoDB where mock_aws() would have it end."""
    if not botocore_stubber.enabled or operation_model.service_model.service_name != "dynamodb":
        return _make_request(self, operation_model, request, context)
    status, headers, body = moto_answers(self.meta.region_name, request["headers"], request["body"])
    http = AWSResponse(request["url"], status, headers, MockRawResponse(body))
    answer = convert_to_response_dict(http, operation_model)
    parsed = self._response_parser.parse(answer, operation_model.output_shape)
    if http.status_code >= 300:
        self._endpoint._add_modeled_error_fields(answer, parsed, operation_model, self._response_parser)
    parsed["ResponseMetadata"]["RetryAttempts"] = 0
    return http, parsed


def moto_answers(region: str, headers: Any, body: str | bytes) -> tuple[int, dict[str, Any], Any]:
    """Status, headers and body of moto's answer to a request as botocore has written it."""
    handler = DynamoHandler()
    handler.region, handler.partition = region, "aws"
    handler.current_account = DEFAULT_ACCOUNT_ID
    handler.headers, handler.querystring, handler.response_headers = headers, {}, {}
    handler.body = handler.params = _with_bytes(json.loads(body))
    status, answered, text = BaseResponse.call_action(handler)
    return int(status), answered, text


def _with_bytes(value: Any) -> Any:
    """What JSON has in base64 as bytes; an attribute that is called B has a dict as its value."""
    if isinstance(value, list):
        return [_with_bytes(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: b64decode(inner)
        if key == "B" and isinstance(inner, str)
        else [b64decode(one) for one in inner]
        if key == "BS" and isinstance(inner, list)
        else _with_bytes(inner)
        for key, inner in value.items()
    }


def _plain(value: Any) -> Any:
    """An attribute value as it goes over the wire: dicts and lists of one-entry dicts, bytes in base64."""
    if isinstance(value, DynamoType):
        return _plain(value.to_json())
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _serialize_attribute_values_as_they_are(
    self: JSONSerializer, serialized: Any, value: Any, shape: Any, key: str
) -> None:
    if shape.name == "AttributeValue" and key and isinstance(value, dict):
        self._default_serialize(serialized, _plain(value), shape, key)
    else:
        _serialize_structure(self, serialized, value, shape, key)


def _cast_value(self: DynamoType) -> Any:
    return self.value if self.type in _AS_THEY_ARE else _cast(self)


def _equals(self: DynamoType, other: DynamoType) -> bool:
    return self.type == other.type and self.cast_value == other.cast_value


def _make_item(self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """Weigh the item once, not once more for each of its attributes."""
    self.hash_key, self.range_key = hash_key, range_key
    self.attrs = LimitedSizeDict()
    made = [(name, DynamoType(value)) for name, value in attrs.items()]
    dict.update(self.attrs, made[:-1])
    for name, value in made[-1:]:
        self.attrs[name] = value


def _query_a_part(self: Table, hash_key: DynamoType | None, *rest: Any, **more: Any) -> Any:
    """Query a table that holds nothing but the items of the asked hash key."""
    part = copy.copy(self)
    part.items = defaultdict(dict)
    index = more.get("index_name") or (rest[6] if len(rest) > 6 else None)
    if not index:
        if hash_key in self.items:
            part.items[hash_key] = self.items[hash_key]
        return _query(part, hash_key, *rest, **more)
    wanted = more.get("hash_key_conditions") or ()
    for item in _items(self):
        if all(name in item.attrs and item.attrs[name] == value for name, value in wanted):
            if self.range_key_attr:
                part.items[item.hash_key][item.range_key] = item
            else:
                part.items[item.hash_key] = item
    return _query(part, hash_key, *rest, **more)


def _items(table: Table) -> Iterator[Item]:
    for kept in table.items.values():
        if table.range_key_attr:
            yield from kept.values()
        else:
            yield kept


def _transact_with_small_copies(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    partitions = defaultdict(set)
    for (asked,) in (one.values() for one in transact_items if len(one) == 1):
        table = self.tables.get(asked.get("TableName"))
        key = (asked.get("Key") or asked.get("Item") or {}).get(table.hash_key_attr) if table else None
        if key:
            partitions[table.name].add(DynamoType(key))
    set_before = _partitions.set(partitions)
    try:
        _transact_write_items(self, transact_items)
    finally:
        _partitions.reset(set_before)


def _copy_of_table(self: Table, _memo: Any) -> Table:
    """As a backup for a transaction: the same items, the partitions that it writes to in dicts of their own."""
    made = copy.copy(self)
    made.items = defaultdict(dict, self.items)
    for key in _partitions.get({}).get(self.name, self.items):
        kept = self.items.get(key)
        if isinstance(kept, dict):
            made.items[key] = dict(kept)
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


def make_dynamodb_quick() -> None:
    """Put the parts in place."""
    BaseClient._make_request = _ask_moto
    moto.core.responses.method_names_from_class = cache(method_names_from_class)
    JSONSerializer._serialize_type_structure = _serialize_attribute_values_as_they_are
    DynamoType.cast_value = property(_cast_value)
    DynamoType.__eq__ = _equals
    Item.__init__ = _make_item
    Table.query = _query_a_part
    Table.__deepcopy__ = _copy_of_table
    DynamoDBBackend.update_item = _update_a_copy
    DynamoDBBackend.transact_write_items = _transact_with_small_copies
