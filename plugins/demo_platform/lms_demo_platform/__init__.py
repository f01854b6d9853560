"""Школа № 7: a small learning platform of its own, from which the demo's pupils come.

It plays the other side: an LTI 1.3 platform with assignment and grade services, an LTI 1.1 consumer with basic
outcomes. It runs as its own process on its own host with its own database file, and speaks to the tool over HTTP alone.
"""
