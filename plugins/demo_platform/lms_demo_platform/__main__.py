"""`python -m lms_demo_platform`: serve the school on the port of its internal URL until stopped."""

import os
from dataclasses import replace
from urllib.parse import urlsplit

from waitress import serve

from lms_demo_platform.app import create_app
from lms_demo_platform.config import from_environment
from lms_demo_platform.introduction import introduce

if __name__ == "__main__":
    config = from_environment(os.environ)
    if not config.consumer_secret:
        config = replace(config, consumer_secret=introduce(config))
    address = urlsplit(config.internal_url)
    serve(create_app(config), host=address.hostname or "127.0.0.1", port=address.port or 80, threads=8, ident="school")
