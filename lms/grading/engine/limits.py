"""What one grading may cost. Everything a participant's code can use up has a ceiling here."""

from dataclasses import asdict, dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings of one grading; sizes in bytes, times in seconds.

    `wall_seconds` bounds the whole `grade()` call; about a sixth of it is kept back for nbgrader's own work, so code
    that never ends still leaves a graded result. `memory_bytes` holds for each process of the participant's kernel and
    for all of them together; `disk_bytes` for what they may write in all.
    """

    notebook_bytes: int = 10 * MIB
    json_depth: int = 200
    cells: int = 2000
    wall_seconds: float = 240.0
    cell_seconds: float = 30.0
    memory_bytes: int = 2048 * MIB
    processes: int = 128
    file_bytes: int = 64 * MIB
    disk_bytes: int = 256 * MIB
    text_bytes: int = MIB // 4
    """Text kept of one cell's output; what comes after is dropped, and a note says so."""
    image_bytes: int = 2 * MIB
    """A picture in an output or a written answer that is bigger is left out."""
    output_bytes: int = 8 * MIB
    """Outputs kept of the whole notebook."""
    flood_bytes: int = 64 * MIB
    """A cell that prints more than this is stopped with its kernel."""

    def as_json(self) -> dict[str, float]:
        """For the child process."""
        return asdict(self)
