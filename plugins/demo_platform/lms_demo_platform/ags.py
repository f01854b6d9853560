"""Assignment and Grade Services 2.0: line items, scores, results. Addresses carry a query, as Moodle's do."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms_demo_platform.refusals import Refusal
from lms_demo_platform.school import CONTEXT_ID, find_person
from lms_demo_platform.scopes import LINE_ITEM, RESULT, SCORE, must_hold
from lms_demo_platform.site import now, school
from lms_demo_platform.tables import Grade, LineItem

bp = Blueprint("ags", __name__, url_prefix=f"/ags/{CONTEXT_ID}/lineitems")
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
ACTIVITY_PROGRESS = {"Initialized", "Started", "InProgress", "Submitted", "Completed"}
GRADING_PROGRESS = {"NotReady", "Failed", "Pending", "PendingManual", "FullyGraded"}


@bp.get("")
def list_items() -> Response:
    """All columns, filtered by resource_link_id, resource_id, tag."""
    must_hold(LINE_ITEM, at=now())
    query = select(LineItem).order_by(LineItem.id)
    for argument, column in (
        ("resource_link_id", LineItem.link_id),
        ("resource_id", LineItem.resource_id),
        ("tag", LineItem.tag),
    ):
        if argument in request.args:
            query = query.where(column == request.args[argument])
    with school().sessions() as session:
        return jsonify([_item_json(item) for item in session.scalars(query)])


@bp.post("")
def create_item() -> tuple[Response, int]:
    """A column of the tool's own."""
    must_hold(LINE_ITEM, at=now())
    asked = _body(LINE_ITEM_TYPE)
    label = asked.get("label")
    if not isinstance(label, str) or not label:
        raise Refusal(400, "bad_request", "label")
    item = LineItem(
        label=label[:200],
        maximum=_number(asked, "scoreMaximum", least=Decimal("0.0001")),
        link_id=None,
        resource_id=str(asked.get("resourceId", ""))[:255],
        tag=str(asked.get("tag", ""))[:255],
    )
    with school().sessions.begin() as session:
        session.add(item)
        session.flush()
    return jsonify(_item_json(item)), 201


@bp.get("/<int:item_id>/lineitem")
def get_item(item_id: int) -> Response:
    must_hold(LINE_ITEM, at=now())
    with school().sessions() as session:
        return jsonify(_item_json(_item(session, item_id)))


@bp.post("/<int:item_id>/lineitem/scores")
def post_score(item_id: int) -> tuple[Response, int]:
    """AGS 2.0, 3.4. Only a fully graded score touches the gradebook, and only a later one than before."""
    must_hold(SCORE, at=now())
    asked = _body(SCORE_TYPE)
    sent_at = _time(asked.get("timestamp"))
    if asked.get("activityProgress") not in ACTIVITY_PROGRESS or asked.get("gradingProgress") not in GRADING_PROGRESS:
        raise Refusal(400, "bad_request", "activityProgress, gradingProgress")
    person = find_person(str(asked.get("userId", "")))
    if person is None or person.is_teacher:
        raise Refusal(400, "incorrect_score", "This user is not enrolled as a pupil.")
    with school().sessions.begin() as session:
        item = _item(session, item_id)
        grade = session.get(Grade, (item.id, person.id))
        if grade is not None and grade.sent_at is not None and sent_at <= grade.sent_at:
            raise Refusal(409, "conflict", "Refusing score with an earlier timestamp.")
        if asked["gradingProgress"] == "FullyGraded":
            _write_grade(session, item, person.id, asked, sent_at)
    return jsonify(), 200


@bp.get("/<int:item_id>/lineitem/results")
def list_results(item_id: int) -> Response:
    must_hold(RESULT, at=now())
    query = select(Grade).where(Grade.line_item_id == item_id, Grade.points.is_not(None))
    if "user_id" in request.args:
        query = query.where(Grade.person_id == request.args["user_id"])
    with school().sessions() as session:
        item = _item(session, item_id)
        return jsonify([_result_json(item, grade) for grade in session.scalars(query)])


def _write_grade(session: Session, item: LineItem, person_id: str, asked: dict[str, Any], sent_at: datetime) -> None:
    """The tool's points are scaled to the column's maximum; more than that is cut, as Moodle does."""
    points = None
    if "scoreGiven" in asked:
        share = _number(asked, "scoreGiven") / _number(asked, "scoreMaximum", least=Decimal("0.0001"))
        points = min(share, Decimal(1)) * item.maximum
    session.merge(
        Grade(
            line_item_id=item.id,
            person_id=person_id,
            points=points,
            comment=str(asked.get("comment", ""))[:2000],
            way="AGS",
            sent_at=sent_at,
            received_at=now(),
        )
    )


def _item(session: Session, item_id: int) -> LineItem:
    item = session.get(LineItem, item_id)
    if item is None:
        raise Refusal(404, "not_found", "There is no such line item.")
    return item


def _body(content_type: str) -> dict[str, Any]:
    if request.mimetype != content_type:
        raise Refusal(415, "unsupported_media_type", content_type)
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Refusal(400, "bad_request", "Not a JSON object.")
    return body


def _number(asked: dict[str, Any], name: str, *, least: Decimal = Decimal(0)) -> Decimal:
    value = asked.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(400, "bad_request", name)
    number = Decimal(str(value))
    if not number.is_finite() or number < least:
        raise Refusal(400, "bad_request", name)
    return number


def _time(value: object) -> datetime:
    """An ISO 8601 time with an offset, not in the future."""
    try:
        time = datetime.fromisoformat(str(value)) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise Refusal(400, "bad_request", "timestamp")
    if (time - now()).total_seconds() > 60:
        raise Refusal(400, "bad_request", "timestamp is in the future")
    return time


def _item_url(item: LineItem) -> str:
    return f"{school().config.internal_url}{bp.url_prefix}/{item.id}/lineitem"


def _item_json(item: LineItem) -> dict[str, object]:
    content: dict[str, object] = {
        "id": f"{_item_url(item)}?type_id=1",
        "label": item.label,
        "scoreMaximum": float(item.maximum),
        "resourceId": item.resource_id,
        "tag": item.tag,
    }
    return content | ({"resourceLinkId": item.link_id} if item.link_id else {})


def _result_json(item: LineItem, grade: Grade) -> dict[str, object]:
    return {
        "id": f"{_item_url(item)}/results/{grade.person_id}?type_id=1",
        "scoreOf": f"{_item_url(item)}?type_id=1",
        "userId": grade.person_id,
        "resultScore": float(grade.points or 0),
        "resultMaximum": float(item.maximum),
        "comment": grade.comment,
    }
