"""`python3 -m lms …`: works on a machine that has Python and nothing else.

The lines up to the version check keep to syntax that old Pythons can read, so that they can say what is wrong.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "lms needs Python 3.11 or newer, this is %d.%d: install python3.11 and start it as `python3.11 -m lms`."
        % sys.version_info[:2]
    )

from lms import bootstrap

if __name__ == "__main__":
    sys.exit(bootstrap.main(sys.argv[1:]))
