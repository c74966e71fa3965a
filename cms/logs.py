"""One line per event on standard output, as text for people or as JSON for machines.

Knows nothing of requests: what a door binds to structlog's context (a request id, say) is added
to every line written meanwhile.
"""

import logging.config
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

ACCESS_LOGGER = "granian.access"
_ACCESS_FIELDS = ("method", "path", "status", "dt_ms", "addr")
# The end of these addresses opens an account, so it is left out.
_SECRET_ADDRESS = re.compile(r"(/auth/(?:setup|reset|invitation|email|letters)/)[^?#]+")


def configure(level: str, format_: str) -> None:
    """Send the logs of this process to standard output in the given format."""
    logging.config.dictConfig(dict_config(level, format_))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def dict_config(level: str, format_: str) -> dict[str, Any]:
    """The same as plain data, which the server hands to each of its processes."""
    own = {"handlers": ["console"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "cms.logs.make_formatter", "format_": format_}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "stream": "ext://sys.stdout",
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # The server speaks of its own starting and stopping; only trouble is of interest.
            "_granian": {**own, "level": "WARNING"},
            ACCESS_LOGGER: {**own, "level": level},
            "alembic": {"level": "WARNING"},
            # It tells of every task; what becomes of jobs stands in the admin.
            "huey": {"level": "WARNING"},
        },
    }


def make_formatter(format_: str) -> logging.Formatter:
    """A formatter for records of structlog and of plain logging alike."""
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if format_ == "json":
        last += [_traces_as_data(), structlog.processors.JSONRenderer()]
    else:
        last.append(_console())
    return structlog.stdlib.ProcessorFormatter(
        processors=last, foreign_pre_chain=_shared(), pass_foreign_args=True
    )


# What a function holds when it fails may be a password or a cookie, so no trace shows it.


def _traces_as_data() -> Processor:
    return structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    )


def _console() -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=False,
        pad_event_to=0,
        pad_level=False,
        exception_formatter=structlog.dev.plain_traceback,
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        _name_request,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _name_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take the server's access line apart; its query is left out, as it may hold a token."""
    values = event.pop("positional_args", None)
    record = event.get("_record")
    if record is None or record.name != ACCESS_LOGGER or not isinstance(values, dict):
        return event
    event["event"] = "request"
    event.update({name: values[name] for name in _ACCESS_FIELDS if name in values})
    event["path"] = _SECRET_ADDRESS.sub(r"\1…", str(event.get("path", "")))
    event["dt_ms"] = round(event.get("dt_ms", 0), 1)
    return event
