"""Each participant's home folder, and the uid that owns it."""

import os
import re
import shutil
from pathlib import Path

FIRST_UID = 200_000
"""Far above what a system hands out to people and services (adduser stops at 59999)."""

NAME = re.compile(r"[a-z][a-z0-9]{0,62}")


def prepare(homes: Path, name: str) -> tuple[Path, int]:
    """The home of `name` and the uid it belongs to, made on first use.

    As root each participant has a uid of their own, remembered by the folder itself; otherwise everything belongs to
    the user that runs the hub. Raises ValueError for a name that is no plain user name.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"not a user name: {name!r}")
    home = homes / name
    homes.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not home.is_dir():
        uid = _next_uid(homes) if os.geteuid() == 0 else os.geteuid()
        home.mkdir(mode=0o700)
        os.chown(home, uid, uid if os.geteuid() == 0 else -1)
    return home, home.stat().st_uid


def forget(directory: Path, name: str) -> None:
    """Delete home, log and socket of `name`, whose server has stopped. Raises ValueError, OSError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"not a user name: {name!r}")
    home = directory / "homes" / name
    if home.is_dir():
        _open_folders(home)
        shutil.rmtree(home)
    (directory / "logs" / f"{name}.log").unlink(missing_ok=True)
    (directory / "entrances" / f"{name}.sock").unlink(missing_ok=True)


def _open_folders(folder: Path) -> None:
    """What its owner made unreadable for themselves cannot be deleted either. Links are not followed."""
    folder.chmod(0o700)
    for parent, folders, _ in os.walk(folder):
        for each in folders:
            if not (inner := Path(parent, each)).is_symlink():
                inner.chmod(0o700)


def _next_uid(homes: Path) -> int:
    with os.scandir(homes) as entries:
        return max((entry.stat().st_uid for entry in entries), default=FIRST_UID - 1) + 1
