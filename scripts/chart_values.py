"""What the Helm chart's values may be. The schema is made of these and of the profile's models."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from avatar_serving.config import PROFILES, Profile
from load_tests.scenarios import SCENARIOS

KubernetesName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$")]
Quantity = Annotated[str, Field(pattern=r"^[0-9.]+(m|k|[KMGT]i?)?$")]
Listed = list[dict[str, Any]]
"""Kubernetes' own objects, which its API server checks."""


class Values(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class Image(Values):
    registry: str
    repository: str = Field(min_length=1)
    tag: str
    digest: str = Field(pattern=r"^(sha256:[0-9a-f]{64})?$")
    pull_policy: Literal["Always", "IfNotPresent", "Never"]
    pull_secrets: list[dict[Literal["name"], str]]


class Amounts(Values):
    cpu: Quantity | float | None = None
    memory: Quantity | None = None


class Resources(Values):
    requests: Amounts
    limits: Amounts | None = None


class Pod(Values):
    resources: Resources
    node_selector: dict[str, str] = {}
    tolerations: Listed = []
    priority_class_name: str = ""


class Worker(Pod):
    topology_spread_constraints: Listed = []
    runtime_class_name: str = ""
    env: Listed = []


class Gateway(Worker):
    replicas: int = Field(ge=1)


class WorkerGroup(Worker):
    name: KubernetesName
    min_replicas: int = Field(ge=0)
    max_replicas: int = Field(ge=1)
    gpus: int = Field(default=0, ge=0)
    gpu_resource: str = "nvidia.com/gpu"


class Session(Values):
    max_duration: int = Field(ge=60, le=86_400)


class Api(Values):
    keys: Literal["on", "off"]
    existing_secret: str


class Autoscaling(Values):
    enabled: bool
    idle_timeout_seconds: int = Field(ge=10)
    resources: Resources


class Jobs(Values):
    enabled: bool
    image: str
    data_claim: str
    node_selector: dict[str, str]
    tolerations: Listed
    runtime_class_name: str
    kept_seconds: int = Field(ge=0)


class Upgrade(Values):
    type: Literal["NewCluster", "None"]
    deletion_delay_seconds: int | None = Field(default=None, ge=0)


class Disruption(Values):
    enabled: bool
    max_unavailable: int = Field(ge=0, le=1)


class Volume(Values):
    existing_claim: str
    size: Quantity
    storage_class: str


class Database(Values):
    secret: str
    port: int = Field(ge=1, le=65_535)


class S3(Values):
    bucket: str
    endpoint: str
    prefix: str
    region: str
    secret: str


class Store(Volume):
    persistence: bool
    key_secret: str
    database: Database
    s3: S3


class Weights(Volume):
    in_image: bool
    cache: Literal["emptyDir", "persistentVolumeClaim"]
    access_mode: Literal["ReadWriteMany", "ReadWriteOnce"]
    job: bool
    mirror: dict[str, Any]
    commercial: bool


class Redis(Values):
    address: str = Field(pattern=r"^([\w.-]+:[0-9]+)?$")
    password_secret: str


class Ray(Values):
    ha_proxy: bool
    token_secret: str
    redis: Redis


class Probes(Values):
    startup_seconds: int = Field(ge=30)
    when_full: Literal["ready", "unready"]


class NetworkPolicy(Values):
    enabled: bool
    ingress_from: Listed
    operator_namespace: str
    monitoring_namespace: str
    egress_to_internet: bool
    egress: Listed


class Ingress(Values):
    enabled: bool
    class_name: str
    host: str
    tls_secret: str
    annotations: dict[str, str]


class GatewayApi(Values):
    enabled: bool
    parent_refs: Listed
    hostnames: list[str]


class Monitoring(Values):
    pod_monitor: bool
    rules: bool
    dashboards: bool
    labels: dict[str, str]
    interval: str = Field(pattern=r"^[0-9]+s$")
    otlp_endpoint: str = Field(pattern=r"^(https?://[^/]+.*)?$")


class Slo(Values):
    voice_to_voice_seconds: float
    objective: float = Field(ge=0.5, lt=1)


class Tests(Values):
    enabled: bool


class LoadTest(Values):
    enabled: bool
    scenario: str = Field(json_schema_extra={"enum": list(SCENARIOS)})
    sessions: int = Field(ge=1)
    seconds: int = Field(ge=5)
    processes: int = Field(ge=1)
    seed: int
    arguments: list[str]
    existing_claim: str
    resources: Resources


class ChartValues(Values):
    image: Image
    ray_version: str = Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")
    profile: dict[str, Any]
    """Replaced by the profile's own schema."""
    session: Session
    api: Api
    head: Pod
    gateway: Gateway
    worker_groups: list[WorkerGroup]
    autoscaling: Autoscaling
    jobs: Jobs
    upgrade: Upgrade
    termination_grace_period_seconds: int | None = Field(default=None, ge=60)
    pod_disruption_budget: Disruption
    store: Store
    weights: Weights
    ray: Ray
    probes: Probes
    network_policy: NetworkPolicy
    ingress: Ingress
    gateway_api: GatewayApi
    monitoring: Monitoring
    slo: Slo
    tests: Tests
    load_test: LoadTest
    global_: dict[str, Any] = Field(default={}, alias="global")
    """Helm's own."""


def profile_schema() -> dict[str, Any]:
    """A profile of which only what changes is said, above a built-in one."""
    schema = Profile.model_json_schema()
    names = sorted(path.stem for path in PROFILES.glob("*.yaml"))
    schema["properties"]["base"] = {"enum": names}
    for computed in ("gateway_resources", "gateways"):
        del schema["properties"][computed]
    required = schema.pop("required")
    schema["anyOf"] = [{"required": ["base"]}, {"required": required}]
    return schema
