"""What the log says, and what it never says."""

import json
import logging
import sys

import pytest

from cms import logs


def _fail(secret: str) -> None:
    typed = {"password": secret}
    raise ValueError(f"{len(typed)} field was wrong")


def _trace(format_: str) -> str:
    try:
        _fail("".join(("swordf", "ish")))
    except ValueError:
        record = logging.LogRecord(
            "cms", logging.ERROR, __file__, 1, "it broke", (), sys.exc_info()
        )
    return logs.make_formatter(format_).format(record)


@pytest.mark.parametrize("format_", ["text", "json"])
def test_a_trace_never_shows_what_a_function_held(format_: str) -> None:
    line = _trace(format_)
    assert "it broke" in line
    assert "1 field was wrong" in line
    assert "_fail" in line
    assert "swordfish" not in line


def test_a_trace_is_data_on_the_one_line_for_machines() -> None:
    assert json.loads(_trace("json"))["exception"][0]["exc_type"] == "ValueError"
