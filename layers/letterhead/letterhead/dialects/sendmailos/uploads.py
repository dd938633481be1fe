"""Uploads as SendMailOS would write them; they are ours (contracts C)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds
from letterhead.messages.uploads import LARGEST_FILES

if TYPE_CHECKING:
    from letterhead.messages.uploads import Upload


def opened(upload: Upload) -> Reply:
    """201 with where the file goes."""
    return Reply(
        201,
        {
            "success": True,
            "upload": {
                "id": identifiers.to_uuid(upload.upload_id),
                "url": upload.form.url,
                "fields": dict(upload.form.fields),
                "largest": LARGEST_FILES,
                "expires_at": in_seconds(upload.expires_at),
            },
        },
    )
