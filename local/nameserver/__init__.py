"""The nameserver of the local cloud: real zones over UDP and TCP, with faults by name.

It plays two parts of the outside world on one port. Asked without RD it is the *authority* of every zone
it was given; asked with RD it is the *recursive resolver* of a world in which these zones are all there is.
See `answering` for what it decides, `zones` for how a master file is read.
"""

from __future__ import annotations

from local.nameserver.server import Nameserver
from local.nameserver.zones import ZoneError

__all__ = ["Nameserver", "ZoneError"]
