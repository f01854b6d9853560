"""The plugin API (`hookspecs.py`, one page) and its loader."""

import pluggy

hookimpl = pluggy.HookimplMarker("lms")
"""Marks a plugin's implementation of a hook."""

__all__ = ["hookimpl"]
