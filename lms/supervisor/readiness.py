"""Whether a service answers."""

import asyncio
import urllib.error
import urllib.request

ANSWER_SECONDS = 5.0
POLL_SECONDS = 0.2
SERVER_ERROR = 500


async def wait_for(url: str) -> None:
    """Return once `url` answers below 500. Asks for as long as nobody cancels it."""
    while not await asyncio.to_thread(answers, url):  # noqa: ASYNC110 - the event is in another process
        await asyncio.sleep(POLL_SECONDS)


def answers(url: str) -> bool:
    """Whether `url` answers below 500 within five seconds; redirects count as answers and are not followed."""
    try:
        with _opener.open(url, timeout=ANSWER_SECONDS):
            return True
    except urllib.error.HTTPError as error:
        return error.code < SERVER_ERROR
    except (OSError, ValueError):
        return False


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)
"""Our own services are asked directly, whatever proxy the environment names for the rest of the world."""
