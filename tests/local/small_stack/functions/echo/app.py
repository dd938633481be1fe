"""Answers with the event it got."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec

from words import WORD


def handler(event, _context):
    print("echo")
    seen = {name: find_spec(name) is not None for name in ("boto3", "yaml", "ministack")}
    body = {"event": event, "word": WORD, "public_url": os.environ["PUBLIC_URL"], "seen": seen}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
