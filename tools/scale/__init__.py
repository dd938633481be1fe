"""How a deployment grows: which key of which table runs hot first, simulated with the keys that the code makes."""

from __future__ import annotations

import sys
from pathlib import Path

# Where the functions find the layer whose keys these are.
sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "letterhead"))
