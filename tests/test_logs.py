"""What the log says, and what it never says."""

import json
import logging
import sys

import pytest

from cms import logs
from cms.accounts import links


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


@pytest.mark.parametrize("start", sorted({*links.PATHS.values(), "/auth/setup/", "/auth/letters/"}))
def test_no_address_of_a_letter_stands_whole_in_the_access_log(start: str) -> None:
    """Whoever reads the log must not be able to follow a link before its owner does."""
    values = {"method": "GET", "path": f"{start}s3cret", "status": 200, "dt_ms": 1, "addr": "::1"}
    record = logging.LogRecord(logs.ACCESS_LOGGER, logging.INFO, "", 1, "", (values,), None)
    line = logs.make_formatter("json").format(record)
    assert "s3cret" not in line
    assert "/auth/" in line
