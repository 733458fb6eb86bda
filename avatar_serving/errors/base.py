"""The root of all errors."""


class AvatarError(Exception):
    """The root. *code* is stable and machine-readable; ``str(error)`` is for people."""

    code = "internal"
    retryable = False

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        return " ".join(str(arg) for arg in self.args)
