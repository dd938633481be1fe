"""The environments of the processes that the local cloud starts. Nothing of the user's AWS set-up may reach them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from local.stack_file import AwsAccess

REGION = "us-east-1"
EMULATOR_ACCOUNT_ID = "000000000000"
ACCESS_KEY_ID = "root"
SECRET_ACCESS_KEY = "letterhead-local"  # noqa: S105 - the emulator doesn't check its root's secret

KEPT_FOR_THE_EMULATOR = frozenset({"HOME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "SYSTEMROOT", "TZ", "USER"})
UNWANTED_PREFIXES = ("AWS_", "SAM_CLI_", "BOTO")
LOOPBACK_HOSTS = "127.0.0.1,localhost"


def isolated(environment: Mapping[str, str]) -> dict[str, str]:
    """The user's environment without their AWS set-up (a profile that doesn't exist would fail every call)
    and with no proxy between the parts on loopback."""
    kept = {name: value for name, value in environment.items() if not name.startswith(UNWANTED_PREFIXES)}
    no_proxy = ",".join(filter(None, [kept.get("NO_PROXY") or kept.get("no_proxy"), LOOPBACK_HOSTS]))
    return kept | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def emulator_environment(
    environment: Mapping[str, str],
    *,
    port: int,
    scratch: Path,
    ses_url: str,
    authority: Path,
    tls_port: int | None,
    permissions_log: Path | None = None,
) -> dict[str, str]:
    """What the emulator and, through it, every function inherits: a short list, so that no setting of the user's
    (another executor, a proxy, persistence) changes what the local cloud does."""
    kept = {name: value for name, value in environment.items() if name in KEPT_FOR_THE_EMULATOR}
    return kept | {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_SES": ses_url,
        "AWS_ENDPOINT_URL_SESV2": ses_url,
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "TMPDIR": str(scratch),
        "LOCAL_CA_FILE": str(authority),
        **({"LOCAL_TLS_PORT": str(tls_port)} if tls_port else {}),
        **({"LOCAL_PERMISSIONS_LOG": str(permissions_log)} if permissions_log else {}),
    }


def sam_environment(environment: Mapping[str, str], *, python_folder: Path, sam_home: Path) -> dict[str, str]:
    """What the SAM CLI runs in: this Python first on PATH (a build needs that very version), nothing sent home."""
    kept = isolated(environment)
    return kept | {
        "PATH": os.pathsep.join(filter(None, [str(python_folder), kept.get("PATH")])),
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.2",
        "__SAM_CLI_APP_DIR": str(sam_home),
    }


def access_variables(aws: AwsAccess) -> dict[str, str]:
    """The variables that point an AWS client at the emulator."""
    return {
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": aws.access_key_id,
        "AWS_SECRET_ACCESS_KEY": aws.secret_access_key,
        "AWS_DEFAULT_REGION": aws.region,
    }
