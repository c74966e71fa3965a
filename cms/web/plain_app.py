"""Flask, told what it need not find out at every request."""

from collections.abc import Callable
from typing import Any

from flask import Flask


class PlainApp(Flask):
    """An app all of whose views are plain functions."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is; Flask would look ten times a request whether it is a coroutine."""
        return func
