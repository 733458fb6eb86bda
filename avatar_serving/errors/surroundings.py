"""What the service stands on: packages and a cluster."""

from avatar_serving.errors.base import AvatarError


class MissingExtra(AvatarError):
    code = "missing_extra"

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(package, extra)
        self.package = package
        self.extra = extra

    @property
    def message(self) -> str:
        return f"{self.package} is not installed; run: pip install 'avatar-serving[{self.extra}]'"


class ClusterUnreachable(AvatarError):
    code = "cluster_unreachable"
    retryable = True

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def message(self) -> str:
        return f"no Kubernetes API server: {self.reason}"


class ClusterRefused(AvatarError):
    """*status* is that of HTTP: 403 without the right, 404 absent, 409 there already ..."""

    code = "cluster_refused"

    def __init__(self, path: str, status: int, reason: str) -> None:
        super().__init__(path, status, reason)
        self.path = path
        self.status = status
        self.reason = reason

    @property
    def message(self) -> str:
        return f"the API server answered {self.status} to {self.path}: {self.reason or 'no reason'}"
