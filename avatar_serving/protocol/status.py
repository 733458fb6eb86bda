"""``GET /v1/status``: what a running service is made of."""

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class DeploymentPart(_Part):
    name: str
    """A stage, or ``gateway``."""
    status: str
    """Ray Serve's: ``HEALTHY``, ``UPSCALING``, ``UNHEALTHY`` ..."""
    replicas: dict[str, int]
    """By state: ``RUNNING``, ``STARTING``, ``STOPPING`` ..."""
    message: str = ""


class ApplicationPart(_Part):
    name: str
    status: str
    message: str = ""
    deployments: tuple[DeploymentPart, ...]


class WeightPart(_Part):
    name: str
    state: str
    """``present``, ``missing`` or ``corrupt``."""
    size: int
    """Bytes."""
    licence: str


class ServiceStatus(_Part):
    profile: str
    ready: bool
    sessions: int
    """Held by the gateway that answers."""
    capacity: int
    """Sessions that it can hold."""
    applications: tuple[ApplicationPart, ...]
    """Empty where the gateway runs without Ray Serve."""
    weights: tuple[WeightPart, ...]
    """What the profile needs, on the machine of the gateway that answers."""
