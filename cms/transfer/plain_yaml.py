"""YAML as front matter needs it: no aliases, no tags, no surprises, nothing that grows. PURE."""

import re
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node

MAX_DEPTH = 20
YAML_TAG = "tag:yaml.org,2002:"
# `no` is a word, `012` a code, `1:30` a time and a date is read later, where the zone is known.
IMPLICIT = {
    YAML_TAG + "null": (r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    YAML_TAG + "bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    YAML_TAG + "int": (r"^[-+]?(?:0|[1-9][0-9]{0,17})$", list("-+0123456789")),
    YAML_TAG + "float": (r"^[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}$", list("-+0123456789")),
    YAML_TAG + "merge": (r"^(?:<<)$", ["<"]),
}


class PlainLoader(yaml.SafeLoader):
    """A safe loader that refuses aliases and tags, and remembers keys given twice."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  PyYAML's own shape

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.repeated: list[str] = []
        self.depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """One node; a bomb needs an alias, a tag or depth, and finds none of them here."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ComposerError(None, None, "anchors and aliases are not read", event.start_mark)
        if (tag := getattr(event, "tag", None)) and tag != "!":
            raise ComposerError(None, None, f"the tag {tag!r} is not read", event.start_mark)
        if self.depth >= MAX_DEPTH:
            raise ComposerError(None, None, "this is nested too deeply", event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """A mapping with text keys; a key given twice keeps its last value."""
        if not isinstance(node, MappingNode):
            raise ConstructorError(None, None, "keys and values are expected", node.start_mark)
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = getattr(key_node, "value", None)
            if not isinstance(key, str):
                raise ConstructorError(None, None, "a key must be text", key_node.start_mark)
            if key in values:
                self.repeated.append(key)
            values[key] = self.construct_object(value_node, deep=deep)
        return values


for _tag, (_pattern, _first) in IMPLICIT.items():
    PlainLoader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


def load(text: str) -> tuple[object, list[str]]:
    """The value of one YAML document and its repeated keys; raises yaml.YAMLError."""
    loader = PlainLoader(text)
    try:
        return loader.get_single_data(), loader.repeated
    finally:
        loader.dispose()
