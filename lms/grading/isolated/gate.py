"""What a test may do to the participant's objects, and how it hears that it may not."""


class NotAllowed(AssertionError):
    """The test did to the participant's object what it never did to the author's."""


class Unreachable(AssertionError):
    """The participant's side gave no answer."""


class Gate:
    """Which operations a test cell may use on the participant's objects.

    While the author's solution is tried it takes notes; when it grades it lets nothing else pass. An object that says
    it is equal to everything is no use where the solution's answer was a number.
    """

    FREE = frozenset({"call", "next", "iter", "len"})
    """They tell the participant's code nothing that it is then asked to judge."""

    def __init__(self, allowed: frozenset[str] | None) -> None:
        self.allowed = allowed
        self.used: set[str] = set()
        self.asked: set[str] = set()

    def use(self, operation: str) -> None:
        """Raises NotAllowed."""
        if operation in self.FREE:
            return
        if self.allowed is not None and operation not in self.allowed:
            raise NotAllowed(f"the answer is no plain value ({operation})")
        self.used.add(operation)
