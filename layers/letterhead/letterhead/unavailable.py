"""The one fact that every outside part can have in common: it doesn't answer now, and may later."""

from __future__ import annotations


class UnavailableError(Exception):
    """Something that Letterhead depends on doesn't answer now. `retry_after` is in seconds."""

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after
