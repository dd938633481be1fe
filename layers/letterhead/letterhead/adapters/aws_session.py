"""One botocore session for the process, so that its data is loaded once."""

from __future__ import annotations

from functools import cache

from botocore.session import Session, get_session


@cache
def session() -> Session:
    """The process's session."""
    return get_session()
