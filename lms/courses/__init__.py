"""The catalogue: courses on disk become snapshots; runs, enrolment, seats; the kinds of activity a course is made of."""
