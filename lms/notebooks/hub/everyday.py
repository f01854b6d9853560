"""What JupyterHub and its culler call warnings though our own configuration brings them about every day."""

import logging

EXPECTED = (
    "user role overridden with",  # on purpose, see USER_SCOPES
    "User %s is slow to start",  # than the second after which the page with the progress is shown
    "Received signal %s, initiating shutdown",  # somebody stopped it
    "Could not load pycurl",  # for hubs with thousands of servers
)


class Everyday(logging.Filter):
    """Tells these lines as information; lets every line through."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno > logging.INFO and str(record.msg).startswith(EXPECTED):
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        return True
