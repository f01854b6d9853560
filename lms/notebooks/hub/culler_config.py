"""jupyterhub_idle_culler reads this file (`--config`); what it does is on its command line."""

import logging

from lms.notebooks.hub.everyday import Everyday

logging.getLogger("IdleCuller").addFilter(Everyday())
