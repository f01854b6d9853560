"""A supervisor with one servant: `python supervised.py STATE_DIR PORT STRAY_FILE`, ended by signals."""

import sys
from pathlib import Path

from lms.supervisor.children import Child
from lms.supervisor.claim import claimed
from lms.supervisor.supervision import say, supervise

SERVANT = str(Path(__file__).with_name("servant.py"))


def main(state_dir: Path, port: str, stray: str) -> None:
    servant = Child("servant", [sys.executable, SERVANT, port, "--stray", stray], ready=f"http://127.0.0.1:{port}/")
    with claimed(state_dir, ["web", "hub"], say) as held:
        supervise([servant], state_dir=state_dir, banner=lambda: "all is up", verbose=True, grace_seconds=3, held=held)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
