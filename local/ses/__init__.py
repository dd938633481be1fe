"""The SES of the local cloud: the v2 and v1 calls that Letterhead makes, decided by real DNS.

What it plays and what it leaves to the emulator is in `stand_in`; the rules of verification are in `identity`,
what counts as a right record in `evidence`, mail in `sending`, event publishing in `events`.
"""

from __future__ import annotations

from local.ses.stand_in import SesStandIn

__all__ = ["SesStandIn"]
