"""Of Kubernetes' objects, what is read here. Everything else in them is ignored."""

import re
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

_UNITS = {
    "": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50,
}  # fmt: skip
_QUANTITY = re.compile(r"([0-9.]+)([a-zA-Z]*)")


class Read(BaseModel):
    model_config = ConfigDict(
        extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class Metadata(Read):
    name: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class Named(Read):
    metadata: Metadata = Metadata()


class Taint(Read):
    key: str
    effect: str


class NodeSpec(Read):
    unschedulable: bool = False
    taints: list[Taint] = []


class Condition(Read):
    type: str
    status: str


class NodeStatus(Read):
    allocatable: dict[str, str] = {}
    conditions: list[Condition] = []


class Node(Named):
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()

    @property
    def ready(self) -> bool:
        said = {condition.type: condition.status for condition in self.status.conditions}
        return said.get("Ready") == "True" and not self.spec.unschedulable

    def amount(self, resource: str) -> float:
        return quantity(self.status.allocatable.get(resource, "0"))


class QuotaStatus(Read):
    hard: dict[str, str] = {}
    used: dict[str, str] = {}


class Quota(Named):
    status: QuotaStatus = QuotaStatus()

    def left(self, resource: str) -> float:
        """What may still be asked for; infinite where nothing is said."""
        hard = self.status.hard.get(resource)
        if hard is None:
            return float("inf")
        return quantity(hard) - quantity(self.status.used.get(resource, "0"))


class DeploymentStatus(Read):
    ready_replicas: int = 0


class Deployment(Named):
    spec: dict[str, Any] = {}
    status: DeploymentStatus = DeploymentStatus()

    @property
    def image(self) -> str:
        pod: Any = self.spec.get("template", {}).get("spec", {})
        return str(next(iter(pod.get("containers", [])), {}).get("image", ""))


class ApiResource(Read):
    name: str


class ApiResources(Read):
    resources: list[ApiResource] = []


class ReviewStatus(Read):
    allowed: bool = False


class AccessReview(Read):
    status: ReviewStatus = ReviewStatus()


class Version(Read):
    git_version: str
    major: str
    minor: str

    @property
    def number(self) -> tuple[int, int]:
        """Some clouds write the minor version as ``33+``."""
        return int(self.major), int(re.sub(r"\D", "", self.minor) or 0)


T = TypeVar("T")


class ListOf(Read, Generic[T]):
    items: list[T] = Field(default_factory=list)


def quantity(text: str) -> float:
    """``500m`` -> 0.5, ``2Gi`` -> 2147483648.0.

    Raises:
        ValueError: not a quantity of Kubernetes.
    """
    found = _QUANTITY.fullmatch(text)
    if found is None or found[2] not in _UNITS:
        raise ValueError(f"not a quantity: {text!r}")
    return float(found[1]) * _UNITS[found[2]]
