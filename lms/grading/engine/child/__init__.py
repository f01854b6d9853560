"""The part that runs in a process of its own and is alone in importing nbgrader."""
