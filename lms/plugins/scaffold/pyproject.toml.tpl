[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "$distribution"
version = "0.1.0"
description = "Notes that a participant keeps"
requires-python = ">=3.11"
dependencies = ["flask", "flask-babel", "flask-wtf", "lms", "sqlalchemy", "wtforms"]

[project.entry-points."lms.plugins"]
$name = "$package.plugin"

[tool.hatch.build.targets.wheel]
packages = ["$package"]
