"""Settings in memory; passes the same contract test as the identity settings table."""

from __future__ import annotations

from letterhead.identities.settings import DEFAULTS, IdentitySettings, SettingsChange


class InMemorySettings:
    """Every protocol that keeps settings."""

    def __init__(self) -> None:
        self._kept: dict[str, IdentitySettings] = {}

    def of_account(self, account_id: str) -> IdentitySettings:
        return self._kept.get(account_id, DEFAULTS)

    def change(self, account_id: str, change: SettingsChange) -> IdentitySettings:
        self._kept[account_id] = self.of_account(account_id).changed(change)
        return self._kept[account_id]

    def forget(self, account_id: str) -> None:
        self._kept.pop(account_id, None)
