"""Notices: what waits for whom, in a person's own inbox. Texts are made when they are shown, in the reader's language."""

from lms.notices.kinds import NoticeKind, NoticeKinds
from lms.notices.service import notify

__all__ = ["NoticeKind", "NoticeKinds", "notify"]
