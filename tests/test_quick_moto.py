"""What is taken out of moto's way takes nothing from its answers."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

VALUES = {
    "text": {"S": "é"},
    "empty": {"S": ""},
    "number": {"N": "1.50"},
    "bytes": {"B": b"\x00\xff"},
    "flag": {"BOOL": False},
    "nothing": {"NULL": True},
    "list": {"L": [{"S": "a"}, {"M": {"b": {"B": b"\x01"}}}, {"L": []}]},
    "map": {"M": {"c": {"SS": ["x", "y"]}, "d": {"M": {}}}},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "blobs": {"BS": [b"\x02"]},
}
KEYS = [
    pytest.param([("id", "HASH")], id="a hash key"),
    pytest.param([("id", "HASH"), ("at", "RANGE")], id="a hash and a range key"),
]


@pytest.fixture
def client(tables):
    return boto3.client("dynamodb")


@pytest.fixture(params=KEYS)
def key(client, request):
    client.create_table(
        TableName="Things",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in request.param],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in request.param],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return {name: {"S": "1"} for name, _ in request.param}


def item(client, key):
    return client.get_item(TableName="Things", Key=key, ConsistentRead=True).get("Item")


def test_values_of_all_types_come_back_as_they_were_put(client, key):
    client.put_item(TableName="Things", Item=key | VALUES)
    assert item(client, key) == key | VALUES
    assert client.scan(TableName="Things")["Items"] == [key | VALUES]


def test_a_transaction_that_fails_leaves_everything_as_it_was(client, key):
    other, third = ({name: {"S": text} for name in key} for text in ("2", "3"))
    client.put_item(TableName="Things", Item=key | {"count": {"N": "1"}})
    client.put_item(TableName="Things", Item=other | {"count": {"N": "1"}})
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        client.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": "Things",
                        "Key": key,
                        "UpdateExpression": "SET #c = #c + :one",
                        "ExpressionAttributeNames": {"#c": "count"},
                        "ExpressionAttributeValues": {":one": {"N": "1"}},
                    }
                },
                {"Delete": {"TableName": "Things", "Key": other}},
                {
                    "Put": {
                        "TableName": "Things",
                        "Item": third,
                        "ConditionExpression": "attribute_exists(id)",
                    }
                },
            ]
        )
    assert item(client, key) == key | {"count": {"N": "1"}}
    assert item(client, other) == other | {"count": {"N": "1"}}
    assert item(client, third) is None


def test_an_item_read_before_an_update_stays_as_it_was_read(client, key):
    client.put_item(TableName="Things", Item=key | {"tags": {"L": [{"S": "a"}]}})
    before = item(client, key)
    client.update_item(
        TableName="Things",
        Key=key,
        UpdateExpression="SET tags = list_append(tags, :more)",
        ExpressionAttributeValues={":more": {"L": [{"S": "b"}]}},
    )
    assert before["tags"] == {"L": [{"S": "a"}]}
    assert item(client, key)["tags"] == {"L": [{"S": "a"}, {"S": "b"}]}


@pytest.mark.parametrize("_time", range(2))
def test_each_test_finds_empty_tables_and_streams(client, _time):
    table = "OutboxTable"
    assert client.scan(TableName=table)["Items"] == []
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    client.put_item(TableName=table, Item={key["AttributeName"]: {"S": "1"} for key in schema})
    stream = client.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    streams = boto3.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    at = streams.get_shard_iterator(
        StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    assert len(streams.get_records(ShardIterator=at["ShardIterator"])["Records"]) == 1


def test_a_query_reads_one_key_in_order_and_in_pages_through_an_index_too(client):
    client.create_table(
        TableName="Things",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in {"id": "S", "at": "N", "kind": "S", "rank": "N"}.items()
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_kind",
                "KeySchema": [
                    {"AttributeName": "kind", "KeyType": "HASH"},
                    {"AttributeName": "rank", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    things = [
        {"id": {"S": name}, "at": {"N": str(at)}, "kind": {"S": kind}, "rank": {"N": str(10 - at)}}
        for name, kind in (("a", "x"), ("b", "x"), ("c", "y"))
        for at in (2, 10, 9)
    ]
    for thing in [*things, {"id": {"S": "a"}, "at": {"N": "3"}}]:  # the last is in no index
        client.put_item(TableName="Things", Item=thing)

    def read(key, value, newest_first, **where):
        asked = {
            "TableName": "Things",
            "KeyConditionExpression": "#key = :value",
            "ExpressionAttributeNames": {"#key": key},
            "ExpressionAttributeValues": {":value": {"S": value}},
            "ScanIndexForward": not newest_first,
            "Limit": 2,
        } | where
        for page in client.get_paginator("query").paginate(**asked):
            assert len(page["Items"]) <= 2
            yield from ((item["id"]["S"], int(item["at"]["N"])) for item in page["Items"])

    assert list(read("id", "a", newest_first=False)) == [("a", 2), ("a", 3), ("a", 9), ("a", 10)]
    assert list(read("id", "a", newest_first=True)) == [("a", 10), ("a", 9), ("a", 3), ("a", 2)]
    assert list(read("id", "nobody", newest_first=False)) == []
    found = list(read("kind", "x", newest_first=False, IndexName="by_kind"))
    assert [at for _, at in found] == [10, 10, 9, 9, 2, 2]
    assert set(found) == {(name, at) for name in "ab" for at in (2, 9, 10)}


def test_an_item_is_as_heavy_as_dynamodb_takes_it(client, key):
    heavy = {str(number): {"S": "x" * 100_000} for number in range(4)}
    client.put_item(TableName="Things", Item=key | heavy)
    with pytest.raises(ClientError, match="Item size has exceeded"):
        client.put_item(TableName="Things", Item=key | heavy | {"more": {"S": "x" * 10_000}})
