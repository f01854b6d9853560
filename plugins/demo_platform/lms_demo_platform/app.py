"""The school's web application."""

from pathlib import Path

from flask import Flask

from lms_demo_platform import ags, basic_outcomes, launches, nrps, oidc, pages, picking, refusals, token_endpoint
from lms_demo_platform.config import SchoolConfig
from lms_demo_platform.language import init_language
from lms_demo_platform.site import School, init_headers
from lms_demo_platform.store import open_store
from lms_demo_platform.tool_keys import ToolKeys


def create_app(config: SchoolConfig) -> Flask:
    """The school, with its database migrated and filled."""
    app = Flask(__name__)
    app.secret_key = config.secret
    app.config.update(
        SESSION_COOKIE_NAME="school",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=config.is_trustworthy,
        SESSION_COOKIE_SAMESITE="None" if config.is_trustworthy else "Lax",
        MAX_CONTENT_LENGTH=256 * 1024,
    )
    app.extensions["school"] = School(config, open_store(Path(config.database)))
    app.extensions["tool_keys"] = ToolKeys(f"{config.tool_internal_url}/lti/jwks.json")
    init_language(app)
    init_headers(app)
    for part in (pages, launches, oidc, token_endpoint, ags, nrps, picking, basic_outcomes, refusals):
        app.register_blueprint(part.bp)
    return app
