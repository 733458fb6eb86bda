"""Who may do how much, and when there is no room."""

from avatar_serving.errors.base import AvatarError


class Unauthorised(AvatarError):
    code = "unauthorised"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Forbidden(AvatarError):
    """*scope* is what the key lacks, *scopes* what it has."""

    code = "forbidden"

    def __init__(self, scope: str, scopes: tuple[str, ...]) -> None:
        super().__init__(scope, scopes)
        self.scope = scope
        self.scopes = scopes

    @property
    def message(self) -> str:
        return f"this key may not {self.scope}; it may: {', '.join(self.scopes)}"


class LimitExceeded(AvatarError):
    code = "limit_exceeded"

    def __init__(self, option: str, value: float, maximum: float) -> None:
        super().__init__(option, value, maximum)
        self.option = option
        self.value = value
        self.maximum = maximum

    @property
    def message(self) -> str:
        return f"{self.option}: {self.value:g} is over the limit of {self.maximum:g}"


class Overloaded(AvatarError):
    code = "overloaded"
    retryable = True

    def __init__(self, what: str, retry_after_s: float) -> None:
        super().__init__(what, retry_after_s)
        self.what = what
        self.retry_after_s = retry_after_s

    @property
    def message(self) -> str:
        return f"{self.what}; try again in {self.retry_after_s:g} s"


class Unavailable(Overloaded):
    """Nothing is wrong with the request; the same one may succeed a little later."""

    code = "unavailable"


class RateLimited(AvatarError):
    """*option* is the limit of a key that was reached."""

    code = "rate_limit_exceeded"
    retryable = True

    def __init__(self, option: str, limit: float, retry_after_s: float) -> None:
        super().__init__(option, limit, retry_after_s)
        self.option = option
        self.limit = limit
        self.retry_after_s = retry_after_s

    @property
    def message(self) -> str:
        wait = f"try again in {self.retry_after_s:.3g} s"
        return f"{self.option}: this key has used up its {self.limit:g}; {wait}"
