"""Start a participant's server inside its sandbox: take the limits, give up what root may have left, run JupyterHub's
single-user server. `python -m lms.notebooks.server.start --memory BYTES --processes COUNT --entrance FD [--uid UID]`.
"""

import argparse
import ctypes
import os
import resource
import sys

PR_CAPBSET_DROP = 24  # linux/prctl.h
FILE_BYTES = 2**30
"""What one file may hold, the server's log too, to which every kernel can write."""
LAST_CAPABILITY = 63  # the bounding set is a 64-bit mask; the kernel refuses those it doesn't know


def main() -> None:
    """Never returns while the server runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory", type=int, required=True, help="bytes of data that each process may hold")
    parser.add_argument("--processes", type=int, required=True, help="processes and threads together")
    parser.add_argument("--entrance", type=int, required=True, help="descriptor of the socket to answer at")
    parser.add_argument("--uid", type=int, help="become this user (only as root)")
    options = parser.parse_args()

    limit(options.memory, options.processes)
    if options.uid is not None:
        become(options.uid)
    os.chdir(os.environ["HOME"])
    os.umask(0o077)

    from lms.notebooks.server import entrance

    sys.argv = ["jupyterhub-singleuser"]  # it reads its own arguments from here: none, the rest is configuration
    entrance.serve(options.entrance)


def limit(memory_bytes: int, processes: int) -> None:
    """Bound what each process may allocate, how many there may be and how long a file; none can be raised again."""
    for kind, value in (
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
    ):
        resource.setrlimit(kind, (value, value))


def become(uid: int) -> None:
    """Change from root to `uid` for good, with no capability left to win back."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


if __name__ == "__main__":
    main()
