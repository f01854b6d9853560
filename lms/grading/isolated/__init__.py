"""Running a notebook so that its tests and a participant's code never share a process.

The participant's cells run in one sandboxed process, the author's tests in another. What a test uses of the
participant's is asked for by name and comes as data over a codec without pickle, or as a handle whose every use is a
question to the other side. Nothing here knows nbgrader, Flask or the database.
"""
