"""What runs inside a participant's notebook server: open, submit, nbgrader's exchange, the websocket guard.

This package is all of the project that a sandbox sees, so it imports nothing of the rest.
"""
