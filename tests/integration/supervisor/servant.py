"""A child for the supervisor's tests: answers HTTP, or dies as told.

python servant.py PORT [--stray FILE]    answers; --stray starts a process in a session of its own, pid in FILE;
                                         asked to stop, it listens for another second
python servant.py --die STATUS           says a warning and ends
"""

import http.server
import signal
import subprocess
import sys
import time
from pathlib import Path


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        print("INFO answered", flush=True)


def take_leave(*_: object) -> None:
    time.sleep(1)
    sys.exit()


def main(arguments: list[str]) -> None:
    if arguments[0] == "--die":
        print("WARNING about to end", flush=True)
        sys.exit(int(arguments[1]))
    if "--stray" in arguments:
        stray = subprocess.Popen(["sleep", "600"], start_new_session=True)
        Path(arguments[arguments.index("--stray") + 1]).write_text(str(stray.pid))
    signal.signal(signal.SIGTERM, take_leave)
    http.server.HTTPServer(("127.0.0.1", int(arguments[0])), Answer).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
