"""From the output of pip, uv and venv to one sentence with the cure."""

import re
import sys
from pathlib import Path

DISK_FULL = "the disk is full at {venv}: free about 2 GB or set LMS_VENV to another place, then start again."
NO_VENV = (
    "this Python cannot make virtual environments: install its venv package "
    "(Debian, Ubuntu: `apt-get install python{version}-venv`), then start again."
)
NO_NETWORK = (
    "the package index cannot be reached: check the network "
    "(behind a proxy set HTTPS_PROXY, for a mirror PIP_INDEX_URL), then start again; details are in {log}."
)
NO_RIGHT = (
    "{venv} is missing or out of date, and you may not write there: ask its owner to run `python3 -m lms install`, "
    "or set LMS_VENV to a folder of yours."
)
BAD_HASH = (
    "a package that was downloaded is not the one in the lock file: start again, and if it stays so "
    "suspect the network or the mirror between you and PyPI; details are in {log}."
)
UNKNOWN = "installing the packages failed: the reason is at the end of {log}."

_DISK_FULL = r"No space left on device|os error 28"
_SYMPTOMS = (
    (_DISK_FULL, DISK_FULL),
    (r"No module named '?(venv|ensurepip)|ensurepip is not available", NO_VENV),
    (r"(?i)do not match the hashes|hash mismatch", BAD_HASH),
    (
        r"""(?x) name.resolution | Name.or.service.not.known | dns.error | [Ff]ailed.to.(resolve|fetch) | timed.out
        | Network.is.unreachable | Connection.refused | No.route.to.host | error.sending.request | ProxyError
        | NewConnectionError""",
        NO_NETWORK,
    ),
    (r"Permission denied|Read-only file system", NO_RIGHT),
)


def is_disk_full(output: str) -> bool:
    """Whether the command stopped in the middle of writing."""
    return bool(re.search(_DISK_FULL, output))


def explain(output: str, *, venv: Path, log: Path) -> str:
    """The first symptom found in the output decides; otherwise the log is named."""
    version = ".".join(map(str, sys.version_info[:2]))
    sentence = next((text for pattern, text in _SYMPTOMS if re.search(pattern, output)), UNKNOWN)
    return sentence.format(venv=venv, log=log, version=version)
