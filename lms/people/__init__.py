"""Persons, their accounts and sign-in, roles and permissions, cohorts and tutor groups, audit."""
