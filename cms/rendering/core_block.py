"""What all our blocks have in common: nothing a writer gets wrong stops them."""

import xml.etree.ElementTree as etree
from typing import Any, ClassVar

from pymdownx.blocks.block import Block


class CoreBlock(Block):  # type: ignore[misc]
    """A block whose title and options may be missing or wrong: then a default stands in."""

    ARGUMENT = None
    CHOICES: ClassVar[dict[str, frozenset[str]]] = {}

    def _validate(self, parent: etree.Element, arg: Any, **options: Any) -> bool:
        self.argument: str = (arg or "").strip()
        self.given = {
            name: value.lower() if name in self.CHOICES else value
            for name, value in options.items()
            if name not in self.CHOICES or value.lower() in self.CHOICES[name]
        }
        self.options: dict[str, Any] = {"attrs": {}}
        return True

    def on_markdown(self) -> str:
        """Everything inside is Markdown."""
        return "block"
