"""The emulator's own process: runs ministack and ends with the supervisor, however that ended.

Run by path with `python -P`, so that no module of this folder can be imported by the emulator or by a function.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import io
import json
import os
import signal
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

RUNTIMES_OWN = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
"""What Lambda's Python runtimes bring (https://docs.aws.amazon.com/lambda/latest/dg/python-package.html)."""

SEE_ALONE = """
import sys
sys.path[:] = [each for each in sys.path if not each.endswith(("site-packages", "dist-packages"))] + [{folder!r}]
"""


def main() -> None:
    """Takes the lock named by the first argument, ends when standard input does, and serves until then."""
    lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.truncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode("ascii"), 0)
    threading.Thread(target=_end_with_the_supervisor, args=[sys.stdin.fileno()], daemon=True).start()
    sys.argv = ["ministack"]
    # The emulator reads a whole template for more than one call, with all else waiting: libyaml takes a tenth of the time.
    yaml.SafeLoader = yaml.CSafeLoader
    _translate_routes_in_place()
    _unpack_layers_once()
    _hide_own_packages()
    from ministack.app import main as serve

    if permissions := os.environ.get("LOCAL_PERMISSIONS_LOG"):
        _write_down_permissions(permissions)
    _hide_what_is_missing()
    serve()


def _translate_routes_in_place() -> None:
    """SAM's translator copies the whole API four times for each route; what comes out is the same without, ten times as soon."""
    from samtranslator.open_api import open_api

    open_api._deepcopy = lambda document: document  # noqa: SLF001 - it has no setting for it


def _unpack_layers_once() -> None:
    """Each layer lies in one folder for all workers; by itself the emulator unpacks a copy for each, with all else waiting."""
    from ministack.core import lambda_runtime

    folders: dict[str, str] = {}
    one_at_a_time = threading.Lock()

    def unpacked(layer: bytes) -> str:
        digest = hashlib.sha256(layer).hexdigest()
        with one_at_a_time:
            if digest not in folders:
                folder = tempfile.mkdtemp(prefix="layer-")
                with zipfile.ZipFile(io.BytesIO(layer)) as archive:
                    archive.extractall(folder)
                folders[digest] = folder
            return folders[digest]

    class WorkerWithSharedLayers(lambda_runtime.Worker):
        def _spawn(self) -> None:
            from ministack.services.lambda_svc import _resolve_layer_zip

            whole = self.config
            layers = [layer for each in whole.get("Layers", []) if (layer := _resolve_layer_zip(each))]
            variables = whole.get("Environment", {}).get("Variables", {})
            shared = {"_LAMBDA_LAYERS_DIRS": os.pathsep.join(map(unpacked, layers))}
            self.config = whole | {"Layers": [], "Environment": {"Variables": variables | shared}}
            try:
                super()._spawn()
            finally:
                self.config = whole

    lambda_runtime.Worker = WorkerWithSharedLayers


def _hide_own_packages() -> None:
    """Functions import what they, their layers and Lambda's runtime bring, as on AWS. By itself the emulator shows them its own
    packages too, some of which botocore takes where they are, for a third of a cold start."""
    from ministack.core import lambda_runtime

    by_itself = lambda_runtime._detect_runtime_binary  # noqa: SLF001 - the emulator has no setting for it
    runtimes_own = Path(tempfile.mkdtemp(prefix="runtime-"))
    for name in RUNTIMES_OWN:
        found = importlib.util.find_spec(name)
        if found and found.origin:
            origin = Path(found.origin)
            target = origin.parent if found.submodule_search_locations else origin
            (runtimes_own / target.name).symlink_to(target)

    def program_and_script(runtime: str) -> tuple[str, str]:
        program, script = by_itself(runtime)
        changed = (
            SEE_ALONE.format(folder=str(runtimes_own)) + script if runtime.startswith("python") else script
        )
        return program, changed

    lambda_runtime._detect_runtime_binary = program_and_script  # noqa: SLF001


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


def _hide_what_is_missing() -> None:
    """S3 says of an object that it isn't there to who may list its bucket, and to others that it is forbidden (S3 API reference,
    GetObject, "Permissions"); the emulator by itself says it to everybody."""
    from ministack.core import iam_evaluator
    from ministack.services import s3
    from ministack.services.s3 import _error as refusal

    judge = iam_evaluator.evaluate
    judged: ContextVar[tuple[Any, ...] | None] = ContextVar("judged", default=None)

    def judge_and_remember(context: Any, *policies: Any) -> Any:
        result = judge(context, *policies)
        if (
            result.decision == "Allow"
        ):  # by the role's policies, not by those of the bucket, which are asked too
            judged.set((context, *policies))
        return result

    def hiding(look: Callable[..., Any]) -> Callable[..., Any]:
        def look_and_hide(bucket: str, key: str, *rest: Any) -> Any:
            found, last = look(bucket, key, *rest), judged.get()
            if found[0] != 404 or last is None or last[0].resource_arn != f"arn:aws:s3:::{bucket}/{key}":
                return found
            listing = replace(last[0], action="s3:ListBucket", resource_arn=f"arn:aws:s3:::{bucket}")
            if judge(listing, *last[1:]).decision == "Allow":
                return found
            return refusal("AccessDenied", "Access Denied", 403, f"/{bucket}/{key}")

        return look_and_hide

    iam_evaluator.evaluate = judge_and_remember
    for look in ("_get_object", "_head_object"):
        setattr(s3, look, hiding(getattr(s3, look)))


def _end_with_the_supervisor(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
