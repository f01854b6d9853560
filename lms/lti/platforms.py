"""What real platforms do otherwise than the specifications, as data in one place; who asks here needs no `if Moodle`.

A platform is known by its `product_family_code` (LTI 1.3: the claim tool_platform; 1.1: tool_consumer_info_…).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"


@dataclass(frozen=True, slots=True)
class PlatformRules:
    """`product`: the family code in lower case. `extension` goes with every score. `not_enrolled`: what the answer to
    a score says, in lower case, when the person gets no grades there.
    """

    product: str
    name: str
    extension: Mapping[str, object] = field(default_factory=dict)
    not_enrolled: tuple[str, ...] = ()


KNOWN = (
    PlatformRules("moodle", "Moodle", not_enrolled=("incorrect score received",)),
    PlatformRules(
        "canvas",
        "Canvas",
        extension={CANVAS_SUBMISSION: {"new_submission": False}},
        not_enrolled=("user not found in course", "user is not enrolled"),
    ),
    PlatformRules("blackboard", "Blackboard Learn", not_enrolled=("user not found", "not enrolled")),
    PlatformRules("blackboardlearn", "Blackboard Learn", not_enrolled=("user not found", "not enrolled")),
    PlatformRules("desire2learn", "Brightspace", not_enrolled=("user is not enrolled", "not enrolled")),
    PlatformRules("open edx", "Open edX", not_enrolled=("user not found", "no such user")),
    PlatformRules("sakai", "Sakai", not_enrolled=("user not found",)),
)
"""Canvas: a score must not count as a new submission of the person, it is no work handed in there. Moodle answers a
score for somebody who gets no grades with 400 and these words alone.
"""
UNKNOWN = PlatformRules("", "LTI", not_enrolled=("not enrolled", "not enrolled as"))
_BY_PRODUCT = {rules.product: rules for rules in KNOWN}


def rules_of(product: str) -> PlatformRules:
    """The rules of a product by its family code, in any case; those of the specification for one nobody knows."""
    return _BY_PRODUCT.get(product.strip().lower(), UNKNOWN)
