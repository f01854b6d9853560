"""A participant's files of an assignment: laid down once, never overwritten, gathered to be handed in."""

from pathlib import Path, PurePosixPath

from lms.notebooks.server.tool import Assignment, File


def lay_down(home: Path, folder: str, files: list[File]) -> list[Path]:
    """Write the files that aren't there yet below `home/folder`; what the participant has stays as it is.

    Returns what was written. Raises ValueError for a path that leads out of the folder.
    """
    written = []
    for file in files:
        target = home / folder / _inside(file.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with target.open("xb") as output:
                output.write(file.content)
        except FileExistsError:
            continue
        written.append(target)
    return written


def gather(home: Path, assignment: Assignment) -> list[bytes]:
    """The assignment's notebooks as they are on disk; those that the participant deleted are left out."""
    folder = home / assignment.folder
    return [(folder / name).read_bytes() for name in assignment.notebooks if (folder / name).is_file()]


def _inside(path: str) -> PurePosixPath:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise ValueError(f"path leads out of the folder: {path!r}")
    return parts
