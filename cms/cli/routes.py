"""`manage.py routes`: every address with the permission it asks for."""

import click
from flask import Flask
from werkzeug.routing import Rule

from cms import create_app
from cms.cli import terminal
from cms.config import Settings
from cms.web import gate

UNSPOKEN = frozenset({"HEAD", "OPTIONS"})


@click.command
def command() -> None:
    """List every address with its methods and the permission it asks for."""
    app = create_app(Settings.from_environment())
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(_methods(rule))))
    terminal.table(["path", "methods", "permission", "view"], [_row(app, rule) for rule in rules])


def _row(app: Flask, rule: Rule) -> list[str]:
    declared = gate.declared(app.view_functions[rule.endpoint])
    needs = declared.permission.value if declared and declared.permission else "everyone"
    return [rule.rule, " ".join(sorted(_methods(rule))), needs, rule.endpoint]


def _methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - UNSPOKEN
