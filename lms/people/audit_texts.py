"""The words of the audit: a sentence for each action, and what its details mean. Message ids."""

from lms.errors import N_
from lms.people.audit import PLACES, AuditLine
from lms.people.roles import TITLES

ACTIONS: dict[str, str] = {
    "person.added": N_("person added"),
    "person.renamed": N_("name changed"),
    "person.locked": N_("access locked"),
    "person.unlocked": N_("access unlocked"),
    "person.signed_out": N_("signed out everywhere"),
    "person.exported": N_("data exported"),
    "person.erased": N_("person erased"),
    "role.granted": N_("role given"),
    "role.revoked": N_("role taken away"),
    "link.invite": N_("invitation made"),
    "link.reset": N_("link for a new password made"),
    "link.invite.used": N_("invitation used"),
    "link.reset.used": N_("password changed by link"),
    "password.changed": N_("own password changed"),
    "list.imported": N_("list imported"),
    "group.created": N_("group made"),
    "group.renamed": N_("group renamed"),
    "group.deleted": N_("group deleted"),
    "group.joined": N_("joined a group"),
    "group.left": N_("left a group"),
    "cohort.joined": N_("joined a cohort"),
    "cohort.left": N_("left a cohort"),
    "lti.launched": N_("came in from a school's site"),
    "lti.account_taken_over": N_("account of an older connection taken over"),
    "lti.platform_added": N_("school's site connected"),
    "lti.consumer_added": N_("school's site connected by LTI 1.1"),
    "lti.platform_changed": N_("connection to a school's site changed"),
    "lti.consumer_changed": N_("connection by LTI 1.1 changed"),
    "lti.deployment_approved": N_("installation of a school's site approved"),
    "lti.key_rotated": N_("signing key replaced"),
    "lti.secret_rotated": N_("secret of an LTI 1.1 connection replaced"),
    "lti.roster_asked": N_("list of participants asked for at a school's site"),
    "lti.score_sent_again": N_("score sent again to a school's site"),
    "job.again": N_("background work tried again"),
}
"""An action that is not here, a plugin's, is shown by its code."""

DETAILS: dict[str, str] = {
    "role": N_("role: %(value)s"),
    "scope": N_("where: %(value)s"),
    "group": N_("group: %(value)s"),
    "cohort": N_("cohort: %(value)s"),
    "new": N_("new: %(value)s"),
    "changed": N_("changed: %(value)s"),
    "same": N_("as before: %(value)s"),
    "registration": N_("connection %(value)s"),
    "consumer": N_("connection %(value)s"),
    "deployment": N_("installation %(value)s"),
    "link": N_("link %(value)s"),
    "target": N_("column %(value)s"),
    "roster": N_("list %(value)s"),
    "failure": N_("work %(value)s"),
}
EVERYWHERE = N_("everywhere")


def detail_texts(line: AuditLine) -> list[tuple[str, str, bool]]:
    """(message id with `value`, value, whether the value is a message id itself) of each detail that says something."""
    return [
        (DETAILS.get(key, "%(value)s"), *_value(key, text))
        for key, text in line.details.items()
        if text or key in PLACES
    ]


def _value(key: str, text: str) -> tuple[str, bool]:
    if key == "role":
        return next(((title, True) for role, title in TITLES.items() if role == text), (text, False))
    return (EVERYWHERE, True) if not text else (text, False)
