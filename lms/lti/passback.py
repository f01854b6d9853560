"""A person's score of a course goes to every platform from which they came: a durable job, the newest score wins.

What is sent is the share of all points of the course, weighted as the course says. It is worked out when it is sent,
so a job that comes late sends what is true then. Platforms that keep the order by time get whole seconds that grow.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import jobs, ledger, registries
from lms.courses.contract import weight
from lms.courses.runs import content_of, get_run
from lms.jobs import Handler, JobRun, Refused
from lms.ledger import Fact, Subscriber
from lms.lti.addresses import origin
from lms.lti.ags import AgsClient, PlatformClient, Score, SigningKey, next_timestamp
from lms.lti.errors import PlatformError, SendingUnderWay
from lms.lti.http import PlatformHttp
from lms.lti.models import Consumer, Registration, ScorePost, ScoreTarget
from lms.lti.outcomes import OutcomeTarget, replace_result
from lms.lti.registrations import signing_key, vault_of
from lms.lti.scores import WeightedStep, course_share, latest_shares
from lms.settings import Settings

SCORED = "activity.scored"
POST = "lti.post_score"
MINUTE, HOUR = 60, 3600
RETRY_SECONDS = (2, 10, MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR)
"""Three days: a school's platform that is down on Friday evening is up again on Monday."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LEASE = timedelta(seconds=45)
"""Longer than a sending can take: a token, a score, both again after a 401, at ten seconds each."""
SCALE = Decimal(100)
"""Scores are sent as points of a hundred; platforms rescale them to their column."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One sending: what, where, with which secrets. `turn` names it among the sendings of its target."""

    target_id: UUID
    turn: int
    share: Decimal
    sent_at: datetime
    line_item: tuple[PlatformClient, SigningKey, str, str] | None
    outcome: tuple[OutcomeTarget, frozenset[str]] | None


def hear(run: JobRun) -> None:
    """A score changed (or was taken back): one job for each place that shows it."""
    with run.writing() as session:
        fact = session.get_one(Fact, UUID(run.ids["fact_id"]))
        targets = session.scalars(
            select(ScoreTarget.id).where(
                ScoreTarget.person_id == fact.person_id, ScoreTarget.course_run_id == fact.course_run_id
            )
        ).all()
        for target_id in targets:
            enlist(session, target_id, generation=fact.id.hex)


def enlist(session: Session, target_id: UUID, *, generation: str) -> None:
    """Ask for a sending, in the caller's transaction; the same generation asks once."""
    jobs.enqueue(session, POST, {"target_id": str(target_id)}, key=f"{target_id.hex}:{generation}")


def post(run: JobRun) -> None:
    """Send what is true now. A final refusal of the platform ends in /admin/jobs; other failures are tried again."""
    with run.writing() as session:
        sending = begin(session, UUID(run.ids["target_id"]), sender=run.id, at=run.at())
        known = registries.of(session)
    if sending is None:
        return
    _wait_until(sending.sent_at, run)
    try:
        if sending.line_item is not None:
            client, key, url, subject = sending.line_item
            known.get_existing(AgsClient).post_score(
                client, key, url, Score(subject, sending.share * SCALE, SCALE, sending.sent_at), at=run.at()
            )
        elif sending.outcome is not None:
            target, trusted = sending.outcome
            replace_result(known.get_existing(PlatformHttp), target, sending.share, trusted=trusted)
    except PlatformError as error:
        with run.writing() as session:
            finish(session, sending, "refused" if error.is_final else "waiting", error=error, at=run.at())
        if error.is_final:
            raise Refused(str(error)) from error
        raise
    with run.writing() as session:
        finish(session, sending, "sent", at=run.at())


def begin(session: Session, target_id: UUID, *, sender: str, at: datetime) -> Sending | None:
    """Take the next turn for a target; None when the platform has this very score already, or there is nothing yet.

    One sending at a time, since Basic Outcomes carry no time: an older score that a slow platform takes last would
    stay. `sender` is the job, which may go on with its own turn after its worker died. Raises SendingUnderWay.
    """
    target = session.get(ScoreTarget, target_id)
    if target is None:
        return None
    last = session.get(ScorePost, target_id, with_for_update=True)
    if last is not None and last.status == "sending" and last.sender != sender and last.changed_at > at - LEASE:
        raise SendingUnderWay
    share = share_of(session, target.person_id, target.course_run_id)
    if share is None and last is None:
        return None
    share = share or Decimal(0)
    if last is not None and last.status == "sent" and last.share == share:
        return None
    if last is None:
        last = ScorePost(target_id=target_id, sent_at=at - timedelta(days=1), tries=0)
        session.add(last)
    last.status, last.sender, last.share, last.changed_at = "sending", sender, share, at
    last.reason, last.reason_params = "", {}
    last.sent_at = next_timestamp(at, last.sent_at)
    last.tries += 1
    session.flush()
    line_item, outcome = _line_item(session, target, at), _outcome(session, target)
    return Sending(target_id, last.tries, share, last.sent_at, line_item, outcome)


def finish(
    session: Session, sending: Sending, status: str, *, at: datetime, error: PlatformError | None = None
) -> None:
    """Write down how it ended, unless a later sending has begun meanwhile: then that one tells."""
    reason = {"reason": error.text, "reason_params": error.params} if error is not None else {}
    session.execute(
        update(ScorePost)
        .where(ScorePost.target_id == sending.target_id, ScorePost.tries == sending.turn)
        .values(status=status, changed_at=at, **reason)
    )


def share_of(session: Session, person_id: UUID, run_id: UUID) -> Decimal | None:
    """Of 0..1: a person's share of a run's points as the ledger has it now; None before anything was scored."""
    run = get_run(session, run_id)
    facts = ledger.list_facts(session, person_id, course_run_id=run_id, kinds=[SCORED])
    steps = [WeightedStep(step.id, step.kind, weight(run.contract, step.id)) for step in content_of(session, run).steps]
    return course_share(latest_shares(fact.value for fact in facts), steps)


def _line_item(
    session: Session, target: ScoreTarget, at: datetime
) -> tuple[PlatformClient, SigningKey, str, str] | None:
    if target.registration_id is None:
        return None
    row = session.get_one(Registration, target.registration_id)
    client = PlatformClient(row.client_id, row.token_url, frozenset(row.trusted_hosts))
    return client, SigningKey(*signing_key(session, at=at)), target.url, target.subject


def _outcome(session: Session, target: ScoreTarget) -> tuple[OutcomeTarget, frozenset[str]] | None:
    if target.consumer_id is None:
        return None
    row = session.get_one(Consumer, target.consumer_id)
    secret = vault_of(session).open(row.sealed_secret)
    trusted = {*row.trusted_hosts, *_demo_hosts(session, target.url)}
    return OutcomeTarget(target.url, target.sourced_id, row.key, secret), frozenset(trusted)


def _demo_hosts(session: Session, url: str) -> set[str]:
    """In a demo every platform runs on this very machine; elsewhere an administrator names private hosts."""
    is_demo = registries.of(session).get_existing(Settings).demo
    return {origin(url)} if is_demo and urlsplit(url).hostname in LOOPBACK else set()


def _wait_until(moment: datetime, run: JobRun) -> None:
    """Two scores in one second: the later one waits for its second, since a time in the future blocks later scores."""
    seconds = (moment - run.at()).total_seconds()
    if seconds > 0:
        time.sleep(min(seconds, 2.0))


HANDLERS = (Handler(POST, post, retry_seconds=RETRY_SECONDS),)
SUBSCRIBERS = (Subscriber("lti.passback", frozenset({SCORED}), hear),)
