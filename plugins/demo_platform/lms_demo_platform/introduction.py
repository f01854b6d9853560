"""The school is registered with the tool as any platform is: by the commands that an administrator types.

Done at each start, since the ports of a demo change; registering again changes what is known and doubles nothing.
"""

import subprocess
import sys
from urllib.parse import urlsplit

from lms_demo_platform.config import CLIENT_ID, CONSUMER_KEY, DEPLOYMENT_ID, ISSUER, SchoolConfig

SECONDS = 120


def introduce(config: SchoolConfig) -> str:
    """Register as an LTI 1.3 platform and an LTI 1.1 consumer, both at once; returns the consumer's secret.

    Raises subprocess.SubprocessError when the tool refuses.
    """
    platform = _lti(
        "platform", "add", "--issuer", ISSUER, "--client-id", CLIENT_ID, "--deployment-id", DEPLOYMENT_ID,
        "--auth-url", config.auth_url, "--token-url", config.token_url, "--jwks-url", config.jwks_url,
        "--origin", config.public_url,
    )  # fmt: skip
    consumer = _lti(
        "consumer", "add", "--key", CONSUMER_KEY, "--outcome-host", urlsplit(config.internal_url).netloc,
        "--origin", config.public_url,
    )  # fmt: skip
    _printed(platform)
    return _printed(consumer).split()[-1]


def _lti(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "lms", "lti", *words], stdout=subprocess.PIPE, text=True)


def _printed(command: subprocess.Popen[str]) -> str:
    printed, _ = command.communicate(timeout=SECONDS)
    if command.returncode != 0:
        raise subprocess.CalledProcessError(command.returncode, command.args)
    return printed
