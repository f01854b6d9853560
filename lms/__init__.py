"""Courses over LTI, notebooks graded with nbgrader, completions in each participant's skillfolio."""
