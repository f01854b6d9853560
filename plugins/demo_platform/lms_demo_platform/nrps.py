"""Names and Role Provisioning Services 2.0: who is in the school's course, page by page."""

from flask import Blueprint, Response, jsonify, request

from lms_demo_platform.refusals import Refusal
from lms_demo_platform.school import CONTEXT_ID, CONTEXT_TITLE, PEOPLE, SchoolPerson
from lms_demo_platform.scopes import MEMBERS, must_hold
from lms_demo_platform.site import now, school

bp = Blueprint("nrps", __name__, url_prefix=f"/nrps/{CONTEXT_ID}/memberships")
MEMBERSHIPS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
PER_PAGE = 50


@bp.get("")
def list_members() -> Response:
    """NRPS 2.0, 2.4. Roles are short, as Moodle's are; `limit` and `page` as our own links name them."""
    must_hold(MEMBERS, at=now())
    if request.accept_mimetypes and not request.accept_mimetypes.quality(MEMBERSHIPS_TYPE):
        raise Refusal(406, "not_acceptable", MEMBERSHIPS_TYPE)
    limit = min(max(request.args.get("limit", PER_PAGE, type=int), 1), PER_PAGE)
    page = max(request.args.get("page", 0, type=int), 0)
    asked = request.args.get("role", "").rpartition("#")[2]
    people = [person for person in PEOPLE if not asked or _role(person) == asked]
    answer = jsonify(
        id=f"{school().config.internal_url}{bp.url_prefix}",
        context={"id": CONTEXT_ID, "title": CONTEXT_TITLE},
        members=[_member(person) for person in people[page * limit : (page + 1) * limit]],
    )
    answer.mimetype = MEMBERSHIPS_TYPE
    if (page + 1) * limit < len(people):
        following = f"{school().config.internal_url}{bp.url_prefix}?limit={limit}&page={page + 1}"
        answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer


def _member(person: SchoolPerson) -> dict[str, object]:
    return {
        "status": "Active",
        "user_id": person.id,
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "roles": [_role(person)],
    }


def _role(person: SchoolPerson) -> str:
    return "Instructor" if person.is_teacher else "Learner"
