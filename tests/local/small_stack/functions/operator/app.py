"""Makes accounts out of nothing and writes them to the table it may not write to."""

from __future__ import annotations

import json
import os

import boto3
from botocore.exceptions import ClientError


def handler(event, _context):
    print(json.dumps(event))
    if event["action"] == "write":
        try:
            boto3.client("dynamodb").put_item(TableName=os.environ["TABLE"], Item={"id": {"S": "1"}})
        except ClientError as error:
            return {"denied": error.response["Error"]["Code"]}
        return {"denied": None}
    return {
        "account_id": event["name"],
        "tokens": {dialect: f"sk_live_{dialect}" for dialect in ("mailersend", "sendara", "sendmailos")},
    }
