"""Answers with the event it got."""

from __future__ import annotations

import json
import os

from words import WORD


def handler(event, _context):
    print("echo")
    body = {"event": event, "word": WORD, "public_url": os.environ["PUBLIC_URL"]}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
