"""The meter against figures that can be worked out by hand from AWS's rules."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from tests.capacity_meter import UnmeasurableCallError, item_size, metered

KEY = {"pk": {"S": "a"}, "sk": {"S": "1"}}


@pytest.fixture
def client(aws_environment):
    with mock_aws():
        client = boto3.client("dynamodb")
        client.create_table(
            TableName="t",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "other")
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            LocalSecondaryIndexes=[
                {
                    "IndexName": "by_other",
                    "KeySchema": [
                        {"AttributeName": "pk", "KeyType": "HASH"},
                        {"AttributeName": "other", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        yield client


# "DynamoDB item sizes and formats": names count as UTF-8; numbers about a byte for two digits and one more; lists and maps have
# 3 bytes of their own and 1 for each element.
@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"a": {"S": "äb"}}, 1 + 3),
        ({"ab": {"N": "27"}}, 2 + 2),
        ({"a": {"N": "-27"}}, 1 + 3),
        ({"a": {"N": "1000000"}}, 1 + 2),
        ({"a": {"BOOL": True}}, 2),
        ({"a": {"NULL": True}}, 2),
        ({"a": {"B": b"1234"}}, 5),
        ({"a": {"SS": ["ab", "c"]}}, 4),
        ({"a": {"L": [{"S": "ab"}, {"BOOL": True}]}}, 1 + 3 + (1 + 2) + (1 + 1)),
        ({"a": {"M": {"bc": {"S": "d"}}}}, 1 + 3 + (1 + 2 + 1)),
        ({}, 0),
    ],
)
def test_sizes_are_as_documented(item, size):
    assert item_size(item) == size


def test_a_put_costs_its_kilobytes_and_an_index_entry_the_same(client):
    with metered(client) as meter:
        client.put_item(TableName="t", Item=KEY)
        client.put_item(TableName="t", Item=KEY | {"other": {"S": "x"}, "text": {"S": "y" * 1024}})
    assert [charge.write_units for charge in meter.charges] == [1, 2 + 2]


@pytest.mark.parametrize(
    ("attribute", "value", "units"),
    [("other", "z", 1 + 2), ("text", "z", 1 + 1), ("text", "y", 1)],
    ids=["the index's key changes", "something projected changes", "nothing changes"],
)
def test_an_update_costs_what_it_does_to_the_index(client, attribute, value, units):
    client.put_item(TableName="t", Item=KEY | {"other": {"S": "x"}, "text": {"S": "y"}})
    with metered(client) as meter:
        client.update_item(
            TableName="t",
            Key=KEY,
            UpdateExpression="SET #a = :v",
            ExpressionAttributeNames={"#a": attribute},
            ExpressionAttributeValues={":v": {"S": value}},
        )
    assert meter.write_units() == units


def test_a_transaction_costs_twice_for_items_and_a_refused_write_is_charged(client):
    put = {"Put": {"TableName": "t", "Item": KEY, "ConditionExpression": "attribute_not_exists(pk)"}}
    with metered(client) as meter:
        client.transact_write_items(TransactItems=[put])
        with pytest.raises(client.exceptions.TransactionCanceledException):
            client.transact_write_items(TransactItems=[put])
    assert [charge.write_units for charge in meter.charges] == [2, 2]


def test_a_delete_costs_what_was_there(client):
    client.put_item(TableName="t", Item=KEY | {"other": {"S": "x"}, "text": {"S": "y" * 2000}})
    with metered(client) as meter:
        client.delete_item(TableName="t", Key=KEY)
    assert meter.write_units() == 2 + 2


def test_a_read_costs_its_four_kilobytes_and_half_of_that_when_it_may_be_late(client):
    client.put_item(TableName="t", Item=KEY | {"text": {"S": "y" * 4096}})
    with metered(client) as meter:
        client.get_item(TableName="t", Key=KEY)
        client.get_item(TableName="t", Key=KEY, ConsistentRead=True)
        client.get_item(TableName="t", Key={**KEY, "sk": {"S": "none"}})
        client.batch_get_item(RequestItems={"t": {"Keys": [KEY, {**KEY, "sk": {"S": "none"}}]}})
        client.transact_get_items(TransactItems=[{"Get": {"TableName": "t", "Key": KEY}}])
    assert [charge.read_units for charge in meter.charges] == [1, 2, 0.5, 1.5, 4]


def test_a_query_adds_its_items_up_before_it_rounds(client):
    for number in range(3):
        client.put_item(
            TableName="t", Item={"pk": {"S": "a"}, "sk": {"S": str(number)}, "text": {"S": "y" * 1500}}
        )
    asked = {
        "TableName": "t",
        "KeyConditionExpression": "pk = :a",
        "ExpressionAttributeValues": {":a": {"S": "a"}},
    }
    with metered(client) as meter:
        client.query(**asked)
        client.query(**asked, ConsistentRead=True)
    assert [charge.read_units for charge in meter.charges] == [1, 2]


def test_a_query_that_hides_what_it_evaluates_is_refused(client):
    asked = {
        "TableName": "t",
        "KeyConditionExpression": "pk = :a",
        "ExpressionAttributeValues": {":a": {"S": "a"}},
    }
    with metered(client), pytest.raises(UnmeasurableCallError):
        client.query(**asked, ProjectionExpression="pk")


def test_what_happens_after_the_metering_is_not_counted(client):
    with metered(client) as meter:
        pass
    client.put_item(TableName="t", Item=KEY)
    assert meter.charges == []
