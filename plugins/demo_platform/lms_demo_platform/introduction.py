"""The school is registered with the tool as any platform is: by the commands that an administrator types.

Done at each start, since the ports of a demo change; registering again changes what is known and doubles nothing.
"""

import subprocess
import sys
from urllib.parse import urlsplit

from lms_demo_platform.config import CLIENT_ID, CONSUMER_KEY, DEPLOYMENT_ID, ISSUER, SchoolConfig

SECONDS = 60


def introduce(config: SchoolConfig) -> str:
    """Register as an LTI 1.3 platform and an LTI 1.1 consumer; returns the consumer's secret.

    Raises subprocess.SubprocessError when the tool refuses.
    """
    _lti("platform", "add", "--issuer", ISSUER, "--client-id", CLIENT_ID, "--deployment-id", DEPLOYMENT_ID,
         "--auth-url", config.auth_url, "--token-url", config.token_url, "--jwks-url", config.jwks_url,
         "--origin", config.public_url)  # fmt: skip
    printed = _lti(
        "consumer", "add", "--key", CONSUMER_KEY, "--outcome-host", urlsplit(config.internal_url).netloc,
        "--origin", config.public_url,
    )  # fmt: skip
    return printed.split()[-1]


def _lti(*words: str) -> str:
    command = [sys.executable, "-m", "lms", "lti", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=SECONDS).stdout
