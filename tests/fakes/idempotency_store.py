"""Entries in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from letterhead.idempotency.answer import Answer
from letterhead.idempotency.run import Entry, Run


class InMemoryEntries:
    """An `EntryStore`; `calls` lists what was asked of it."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[str, Entry]] = {}
        self.calls: list[str] = []

    def begin(self, run: Run, now: datetime) -> Entry | None:
        self.calls.append("begin")
        _, found = self._entries.get(run.entry, ("", None))
        if found is not None and found.expires_at > now:
            abandoned = not found.ended and found.locked_until <= now and found.fingerprint == run.fingerprint
            if not abandoned:
                return found
        entry = Entry(run.fingerprint, run.locked_until, run.expires_at, ended=False, answer=None)
        self._entries[run.entry] = (run.run_id, entry)
        return None

    def end(self, run: Run, answer: Answer | None) -> bool:
        self.calls.append("end")
        if not self._is_ours(run):
            return False
        _, entry = self._entries[run.entry]
        self._entries[run.entry] = (run.run_id, replace(entry, ended=True, answer=answer))
        return True

    def abandon(self, run: Run) -> bool:
        self.calls.append("abandon")
        if not self._is_ours(run):
            return False
        del self._entries[run.entry]
        return True

    def _is_ours(self, run: Run) -> bool:
        return run.entry in self._entries and self._entries[run.entry][0] == run.run_id
