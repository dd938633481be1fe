"""The functions' log lines, read from the emulator's CloudWatch Logs."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.aws import Aws
from local.checkout import Checkout
from local.failure import LocalCloudError
from local.sam import STACK_NAME
from local.stack_file import read_stack
from local.standard_output import go_nowhere

POLL_SECONDS = 1.0
GROUP_PREFIX = "/aws/lambda/"
OVERLAP_MILLISECONDS = 5_000
PLATFORM_LINES = ("START RequestId:", "END RequestId:", "REPORT RequestId:")


@dataclass(frozen=True)
class LogLine:
    """One line of one function."""

    at: int
    """Milliseconds since 1970."""

    function: str
    text: str
    stream: str
    occurrence: int
    """Which of the equal lines of this moment it is; the emulator gives events no id."""


def print_logs(checkout: Checkout, *, follow: bool) -> int:
    """Prints all lines in the order of their times; with `follow` goes on until Ctrl-C or the cloud's end.

    Ends as well once nobody reads them any more."""
    stack = read_stack(checkout.stack_file)
    if stack is None:
        kept = checkout.shown(checkout.log("functions"))
        raise LocalCloudError(f"No local cloud is up here; what the last one's functions logged is in {kept}")
    logs = Aws(stack.aws).client("logs")
    seen: set[LogLine] = set()
    since = 0
    while True:
        try:
            fresh = [line for line in log_lines(logs, since) if line not in seen]
        except (BotoCoreError, ClientError):
            if not follow:
                raise LocalCloudError("The emulator doesn't answer: `make down`, then `make up`") from None
            return 0
        for line in sorted(fresh, key=lambda line: line.at):
            try:
                print(shown(line), flush=True)
            except BrokenPipeError:
                go_nowhere(sys.stdout.fileno())
                return 0
        if not follow:
            return 0
        seen.update(fresh)
        since = max([since, *(line.at - OVERLAP_MILLISECONDS for line in fresh)])
        time.sleep(POLL_SECONDS)


def keep_logs(aws: Aws, path: Path) -> None:
    """Writes all lines to a file: the emulator forgets them when it ends. Nothing is written if it doesn't answer."""
    try:
        lines = sorted(log_lines(aws.client("logs"), 0), key=lambda line: line.at)
    except (BotoCoreError, ClientError):
        return
    path.write_text("".join(shown(line) + "\n" for line in lines), encoding="utf-8")


def log_lines(logs: Any, since: int) -> Iterator[LogLine]:
    """Every function's own lines since a time (milliseconds since 1970), group by group."""
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            events = logs.get_paginator("filter_log_events").paginate(logGroupName=name, startTime=since)
            equal: Counter[tuple[int, str, str]] = Counter()
            for found in events:
                for event in found["events"]:
                    if event["message"].startswith(PLATFORM_LINES):
                        continue
                    same = (event["timestamp"], event["message"], event.get("logStreamName", ""))
                    equal[same] += 1
                    at, message, stream = same
                    yield LogLine(at, name.removeprefix(GROUP_PREFIX), message.rstrip(), stream, equal[same])


def shown(line: LogLine) -> str:
    """`12:03:04.123 Echo-1A2B {"level": …}`; functions that share the stack's log group name themselves in the line."""
    at = datetime.fromtimestamp(line.at / 1000, UTC)
    function = line.function.removeprefix(STACK_NAME).removeprefix("-")
    return " ".join(filter(None, [f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}", function, line.text]))
