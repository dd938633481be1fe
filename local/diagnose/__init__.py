"""`python -m local.diagnose DOMAIN`: checks a domain's records from the terminal, without an account and without AWS.

It runs the very code that the service runs, so the package that lies in the layer is put on the path here.
"""

from __future__ import annotations

import sys

from local.checkout import REPOSITORY

_LAYER = str(REPOSITORY / "layers" / "letterhead")

if _LAYER not in sys.path:
    sys.path.insert(0, _LAYER)
