"""What an account has chosen for itself, as far as a call about anything of it has to know."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping


class SettingsError(ValueError):
    """Settings can't be taken as they are; `fields` maps the name of each that is wrong to what is wrong with it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in fields.items()))
        self.fields = dict(fields)


@value_type
class AccountSettings:
    """An account's settings. `api_logging` is whether its calls are kept in the access log (seed: "Enable API logging")."""

    api_logging: bool = False

    def changed(self, given: Mapping[str, object]) -> AccountSettings:
        """These settings with the ones in a JSON object; what isn't in it stays. Raises `SettingsError`."""
        known = {field.name for field in fields(self)}
        wrong = {
            name: "must be true or false" if name in known else f"isn't one of {', '.join(sorted(known))}"
            for name, value in given.items()
            if name not in known or not isinstance(value, bool)
        }
        if wrong:
            raise SettingsError(wrong)
        return replace(self, **given)  # type: ignore[arg-type]

    def chosen(self) -> dict[str, bool]:
        """The settings that aren't at their defaults, by name."""
        return {name: value for name, value in asdict(self).items() if value != getattr(DEFAULTS, name)}


DEFAULTS = AccountSettings()
