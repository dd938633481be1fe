"""Letterhead: who may this mail come from? Concepts without I/O, dialects, adapters and one HTTP router.

Loading a function makes some 75,000 objects that stay and hardly any garbage; Python would look through them on and on
meanwhile. So the first collection waits until there are more than that, and from then on all is as usual.
"""

import gc

_OBJECTS_OF_AN_INIT = 100_000
_usual = gc.get_threshold()


def _resume(_phase: str, _info: dict[str, int]) -> None:
    gc.callbacks.remove(_resume)
    gc.set_threshold(*_usual)


gc.callbacks.append(_resume)
gc.set_threshold(_OBJECTS_OF_AN_INIT, *_usual[1:])
