"""A person's score of a course goes to every platform from which they came: a durable job, the newest score wins.

What is sent is the score of the course, the same that its completion shows (`course_score`). It is worked out when it is sent,
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

from lms import jobs, registries
from lms.completion.evidence import list_evidence
from lms.completion.verdicts import course_score, four_places, scored_shares
from lms.courses.contract import counted_weights
from lms.courses.runs import get_run
from lms.jobs import Handler, JobRun, Refused
from lms.ledger import Fact, Subscriber
from lms.lti import columns
from lms.lti.access_tokens import PlatformClient, SigningKey
from lms.lti.addresses import origin
from lms.lti.ags import Score, find_or_create_line_item, next_timestamp, post_score, read_result
from lms.lti.columns import MissingColumn
from lms.lti.errors import (
    MalformedLaunch,
    NotEnrolledThere,
    PlatformConflict,
    PlatformError,
    PlatformRefused,
    SendingUnderWay,
)
from lms.lti.http import PlatformHttp
from lms.lti.models import Consumer, Registration, ResourceLink, ScorePost, ScoreTarget
from lms.lti.outcomes import OutcomeTarget, delete_result, replace_result
from lms.lti.platforms import PlatformRules, rules_of
from lms.lti.registrations import signing_key, vault_of
from lms.lti.services import Caller, PlatformServices
from lms.lti.vocabulary import SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE
from lms.settings import Settings

SCORED = "activity.scored"
POST = "lti.post_score"
MINUTE, HOUR = 60, 3600
RETRY_SECONDS = (2, 10, MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR)
"""Three days: a school's platform that is down on Friday evening is up again on Monday."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LEASE = timedelta(seconds=45)
"""Longer than a sending can take: a token, a score, both again after a 401, at ten seconds each."""
SAME = Decimal("0.0001")
"""Platforms round what they show."""


@dataclass(frozen=True, slots=True)
class LineItem:
    """Where a score goes by LTI 1.3. `url` is None while the column has to be found or made first."""

    client: PlatformClient
    key: SigningKey
    subject: str
    rules: PlatformRules
    url: str | None
    missing: MissingColumn | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a score goes by LTI 1.1."""

    target: OutcomeTarget
    trusted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sending:
    """One sending: what, where, with which secrets. `turn` names it among the sendings of its target.

    `share` is 0..1; None takes the score back.
    """

    target_id: UUID
    turn: int
    share: Decimal | None
    sent_at: datetime
    place: LineItem | Outcome


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
        if isinstance(sending.place, LineItem):
            _send_score(known.get_existing(PlatformServices), sending, sending.place, run)
        else:
            _send_outcome(known.get_existing(PlatformHttp), sending, sending.place)
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
    link = session.get_one(ResourceLink, target.link_id)
    share = share_of(session, target.person_id, target.course_run_id, step_id=link.step_id)
    if share is None and last is None:
        return None
    if last is not None and last.status == "sent" and last.share == share:
        return None
    place = _line_item(session, target, link, sender, at) or _outcome(session, target)
    if last is None:
        last = ScorePost(target_id=target_id, sent_at=at - timedelta(days=1), tries=0)
        session.add(last)
    last.status, last.sender, last.share, last.changed_at = "sending", sender, share, at
    last.reason, last.reason_params = "", {}
    last.sent_at = next_timestamp(at, last.sent_at)
    last.tries += 1
    session.flush()
    return Sending(target_id, last.tries, share, last.sent_at, place)


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


def share_of(session: Session, person_id: UUID, run_id: UUID, *, step_id: str = "") -> Decimal | None:
    """Of 0..1: a person's score of a run, or of one step, as the ledger has it now; None before anything
    was scored.
    """
    run = get_run(session, run_id)
    shares = scored_shares(list_evidence(session, person_id, run_id))
    share = shares.get(step_id) if step_id else course_score(counted_weights(run.contract), shares)
    return None if share is None else four_places(share)


def _line_item(session: Session, target: ScoreTarget, link: ResourceLink, sender: str, at: datetime) -> LineItem | None:
    if target.registration_id is None:
        return None
    row = session.get_one(Registration, target.registration_id)
    client = PlatformClient(row.client_id, row.token_url, frozenset(row.trusted_hosts))
    url = target.url or link.column_url or None
    missing = None
    if url is None:
        missing = columns.hold(session, link, get_run(session, target.course_run_id), holder=sender, at=at)
    key = SigningKey(*signing_key(session, at=at))
    return LineItem(client, key, target.subject, rules_of(link.product), url, missing)


def _outcome(session: Session, target: ScoreTarget) -> Outcome:
    row = session.get_one(Consumer, target.consumer_id)
    secret = vault_of(session).open(row.sealed_secret)
    trusted = {*row.trusted_hosts, *_demo_hosts(session, target.url)}
    return Outcome(OutcomeTarget(target.url, target.sourced_id, row.key, secret), frozenset(trusted))


def _send_score(services: PlatformServices, sending: Sending, place: LineItem, run: JobRun) -> None:
    url = place.url
    if place.missing is not None:
        asking = Caller(place.client, place.key, frozenset({SCOPE_LINE_ITEM}), run.at())
        url = find_or_create_line_item(services, asking, place.missing.items_url, place.missing.column)
        with run.writing() as session:
            columns.found(session, place.missing, url)
    if url is None:
        raise RuntimeError("a sending has a column, or knows which one to make")
    score = Score(place.subject, sending.share, sending.sent_at, place.rules.extension)
    try:
        post_score(services, Caller(place.client, place.key, frozenset({SCOPE_SCORE}), run.at()), url, score)
    except PlatformConflict:
        if not _stands_already(services, sending, place, url, run):
            raise
    except PlatformRefused as refusal:
        if any(words in refusal.detail.lower() for words in place.rules.not_enrolled):
            raise NotEnrolledThere(refusal.host) from refusal
        raise


def _stands_already(services: PlatformServices, sending: Sending, place: LineItem, url: str, run: JobRun) -> bool:
    """After "not later than the one before": whether the platform shows this very score, so that all is well."""
    reading = Caller(place.client, place.key, frozenset({SCOPE_RESULT}), run.at())
    try:
        shown = read_result(services, reading, url, place.subject)
    except (PlatformError, MalformedLaunch):  # reading results may not be granted to us: then the next try tells
        return False
    if shown is None or sending.share is None:
        return shown is None and sending.share is None
    return abs(shown - sending.share) < SAME


def _send_outcome(http: PlatformHttp, sending: Sending, place: Outcome) -> None:
    if sending.share is None:
        delete_result(http, place.target, trusted=place.trusted)
    else:
        replace_result(http, place.target, sending.share, trusted=place.trusted)


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
