"""Run a command that must not outlive the process that started it: `python bound.py COMMAND ARG…`.

A proxy left behind by a killed hub keeps the public port and knows only the old hub's password, so every later start
fails with endless 401 answers. The kernel ends this process (and what it became by exec) when its parent thread ends.
Standard library only: it is run by path, before anything of ours can be imported.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h; kept across execve of an ordinary binary, see prctl(2)


def main(command: list[str]) -> None:
    """Replace this process by `command`, bound to the life of the parent."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # the parent ended before the line above took hold
        sys.exit(0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background shell hands SIG_IGN down
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
