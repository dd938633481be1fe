"""A mail provider in memory that verifies addresses."""

from __future__ import annotations

from collections.abc import Callable

from letterhead.identities.exact_sending import AddressesBusyError, AddressHeldError, AddressState, Holder


class InMemoryAddresses:
    """An `AddressProvider`; `mailed` are the addresses whose owners got its mail, in order."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[Holder | None, AddressState]] = {}
        self.mailed: list[str] = []
        self.busy = False
        self.after_start: Callable[[], None] | None = None

    def start(self, address: str, holder: Holder) -> AddressState:
        self._answer()
        maker, state = self.entries.setdefault(address, (holder, AddressState.ABSENT))
        if maker != holder:
            raise AddressHeldError(maker)
        if state is AddressState.ABSENT:
            state = AddressState.PENDING
            self.entries[address] = (holder, state)
            self.mailed.append(address)
        if self.after_start is not None:
            self.after_start()
        return state

    def state(self, address: str, holder: Holder) -> AddressState:
        self._answer()
        if address not in self.entries:
            return AddressState.ABSENT
        maker, state = self.entries[address]
        return state if maker == holder else AddressState.FOREIGN

    def remove(self, address: str, holder: Holder) -> None:
        self._answer()
        maker, _ = self.entries.get(address, (None, None))
        if maker is not None and maker.is_same_identity(holder):
            del self.entries[address]

    def say(self, address: str, state: AddressState) -> None:
        """Have an entry's state just so."""
        self.entries[address] = (self.entries[address][0], state)

    def _answer(self) -> None:
        if self.busy:
            raise AddressesBusyError
