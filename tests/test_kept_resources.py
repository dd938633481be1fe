"""What a deployment keeps its data in, and the addresses that others know, stay what they are from release to release.

CloudFormation makes a resource anew, empty, when its logical id, its type or one of these properties changes. The list beside
this file has them as they were released. `python -m tests.test_kept_resources` writes it anew, with each release: what it then
adds is right; a line that it changes or drops is data that deployments lose, and needs a migration first.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.source_template import template

LIST = Path(__file__).with_name("kept_resources.json")
# By type: what can't change in place (CloudFormation, "Update requires: Replacement"), or what is stored stands on.
DECIDING = {
    "AWS::DynamoDB::Table": (
        "TableName",
        "KeySchema",
        "AttributeDefinitions",
        "LocalSecondaryIndexes",
        "GlobalSecondaryIndexes",
        "StreamSpecification",
        "TimeToLiveSpecification",
    ),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::SecretsManager::Secret": ("Name", "GenerateSecretString"),
    "AWS::KMS::Key": ("KeySpec", "KeyUsage", "MultiRegion"),
    "AWS::SQS::Queue": ("QueueName", "FifoQueue"),
    "AWS::SNS::Topic": ("TopicName", "FifoTopic"),
    "AWS::SES::ConfigurationSet": ("Name",),
    "AWS::Serverless::HttpApi": ("Name", "StageName"),
    "AWS::Logs::LogGroup": ("LogGroupName",),
}


def kept(document: dict[str, Any]) -> dict[str, Any]:
    """Type and deciding properties of everything in a template that keeps something, by logical id."""
    return {
        name: {"Type": resource["Type"]}
        | {
            each: value
            for each, value in resource.get("Properties", {}).items()
            if each in DECIDING[resource["Type"]]
        }
        for name, resource in document["Resources"].items()
        if resource["Type"] in DECIDING
    }


def changed(document: dict[str, Any]) -> list[str]:
    """The logical ids of what was released and isn't the same any more."""
    now = kept(document)
    return [name for name, released in json.loads(LIST.read_text()).items() if now.get(name) != released]


def test_nothing_that_keeps_data_or_is_known_to_others_is_made_anew():
    assert changed(template()) == []


def test_the_list_has_something_of_every_kind():
    released = {each["Type"] for each in json.loads(LIST.read_text()).values()}
    assert released == set(DECIDING)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (lambda all_: all_.__setitem__("MailsTable", all_.pop("MessagesTable")), ["MessagesTable"]),
        (lambda all_: all_["DomainsTable"]["Properties"]["KeySchema"].reverse(), ["DomainsTable"]),
        (lambda all_: all_["DomainsTable"]["Properties"]["LocalSecondaryIndexes"].pop(), ["DomainsTable"]),
        (lambda all_: all_["AccountsTable"]["Properties"].__setitem__("TableName", "x"), ["AccountsTable"]),
        (lambda all_: all_["HttpApi"].setdefault("Properties", {}).__setitem__("Name", "x"), ["HttpApi"]),
        (lambda all_: all_.pop("LinkKey"), ["LinkKey"]),
        (lambda all_: all_["LookQueue"]["Properties"].__setitem__("VisibilityTimeout", 1), []),
        (lambda all_: all_.__setitem__("NewTable", all_["DomainsTable"]), []),
    ],
    ids=["renamed", "other keys", "an index less", "named", "another API", "gone", "in place", "new"],
)
def test_what_would_be_made_anew_is_seen(change, seen):
    document = copy.deepcopy(template())
    change(document["Resources"])
    assert changed(document) == seen


if __name__ == "__main__":
    entries = (
        f"{json.dumps(name)}: {json.dumps(each, sort_keys=True)}"
        for name, each in sorted(kept(template()).items())
    )
    LIST.write_text("{\n" + ",\n".join(entries) + "\n}\n")
    sys.exit(0)
