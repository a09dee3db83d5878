"""What all faulty clients share."""

from __future__ import annotations

from typing import Any, ClassVar

from client import Client


class Faulty(Client):
    """The base of all of them."""

    breaks: ClassVar[tuple[str, ...]] = ()


class Changing(Faulty):
    """One that changes what it has read, value by value; ``change`` gets the key that a value stands under."""

    def decoded(self, operation: str, data: Any) -> Any:
        return self.walk("", data)

    def walk(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return self.change(key, {name: self.walk(name, each) for name, each in value.items()})
        if isinstance(value, list):
            return self.change(key, [self.walk(key, each) for each in value])
        return self.change(key, value)

    def change(self, key: str, value: Any) -> Any:
        return value
