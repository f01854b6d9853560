"""Structured logs: ids and codes only, never a name, an answer or a token."""

import logging
import sys

import structlog


def init_logs(*, json: bool = False, level: int = logging.INFO) -> None:
    """One line an event on stderr: JSON for machines, key=value for a terminal."""
    renderer: structlog.types.Processor = structlog.processors.JSONRenderer() if json else _terminal()
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if json:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def keep_locals_out() -> None:
    """For entry points that set no logs up (a shell, another server): structlog by itself writes local variables."""
    if not structlog.is_configured():
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _terminal(),
            ]
        )


def _terminal() -> structlog.types.Processor:
    """Tracebacks without local variables: those hold answers and names."""
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
