"""AWS clients that talk to the emulator, whatever the user's own AWS set-up says."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from local.stack_file import AwsAccess

INVOCATION_SECONDS = 900


class Aws:
    """One boto3 session for the emulator's root. Clients are made on first use and are safe to share by threads."""

    def __init__(self, access: AwsAccess) -> None:
        self._access = access
        self._session: Any = boto3.Session(
            aws_access_key_id=access.access_key_id,
            aws_secret_access_key=access.secret_access_key,
            region_name=access.region,
        )
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The client of one AWS service."""
        if service not in self._clients:
            self._clients[service] = self._session.client(
                service,
                endpoint_url=self._endpoint_url(service),
                config=Config(
                    retries={"total_max_attempts": 1},
                    connect_timeout=5,
                    read_timeout=INVOCATION_SECONDS,
                    max_pool_connections=32,
                ),
            )
        return self._clients[service]

    def _endpoint_url(self, service: str) -> str:
        if service in ("ses", "sesv2") and self._access.ses_endpoint_url:
            return self._access.ses_endpoint_url
        return self._access.endpoint_url
