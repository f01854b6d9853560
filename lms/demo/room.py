"""What the demo contributes: two jobs, and only in the demo."""

from flask import Flask

from lms.demo.evening import hand_in, judge
from lms.demo.seed import HAND_IN
from lms.jobs import Handler, Handlers, Schedule, Schedules
from lms.registries import Registries
from lms.settings import Settings

JUDGE = "demo.judge"
EVERY_SECONDS = 15


def install(_app: Flask, registries: Registries) -> None:
    """Outside the demo nothing is registered."""
    if registries.get_existing(Settings).demo:
        registries.get(Handlers).add(Handler(HAND_IN, hand_in))
        registries.get(Handlers).add(Handler(JUDGE, judge))
        registries.get(Schedules).add(Schedule(JUDGE, JUDGE, EVERY_SECONDS))
