"""Whatever no route serves: 404, or 405 with the methods that the path knows, in the dialect's shape."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from letterhead.http.api import Api
from letterhead.settings import Settings

api = Api("fallback", {}, logger=Logger(service="fallback"), metrics=Settings.from_env().metrics_namespace)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request that API Gateway found no route for.

    The function has no permissions and no table: a path that doesn't exist costs nothing but this answer, whoever asks.
    """
    return api(event, context)
