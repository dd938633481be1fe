"""The emulator's own process: runs ministack and ends with the supervisor, however that ended.

Run by path with `python -P`, so that no module of this folder can be imported by the emulator or by a function.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any


def main() -> None:
    """Takes the lock named by the first argument, ends when standard input does, and serves until then."""
    lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.truncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode("ascii"), 0)
    threading.Thread(target=_end_with_the_supervisor, args=[sys.stdin.fileno()], daemon=True).start()
    sys.argv = ["ministack"]
    from ministack.app import main as serve

    if permissions := os.environ.get("LOCAL_PERMISSIONS_LOG"):
        _write_down_permissions(permissions)
    serve()


def _write_down_permissions(path: str) -> None:
    """Every judgement of IAM as a line `[principal's ARN, action, resource's ARN, decision]`; the emulator itself keeps none."""
    from ministack.core import iam_evaluator

    judge = iam_evaluator.evaluate
    log = Path(path).open("w", buffering=1, encoding="utf-8")  # noqa: SIM115 - open for as long as the process

    def judge_and_tell(context: Any, *policies: Any) -> Any:
        result = judge(context, *policies)
        log.write(
            json.dumps([context.principal_arn, context.action, context.resource_arn, result.decision]) + "\n"
        )
        return result

    iam_evaluator.evaluate = judge_and_tell


def _end_with_the_supervisor(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
