"""What Ray Serve runs, in words of the protocol."""

from ray import serve
from ray.exceptions import RayError

from avatar_serving.protocol.status import ApplicationPart, DeploymentPart


def applications() -> tuple[ApplicationPart, ...]:
    """Every application of the cluster that this process belongs to. Blocks for a remote call."""
    return tuple(
        ApplicationPart(
            name=name,
            status=application.status.value,
            message=application.message,
            deployments=tuple(
                DeploymentPart(
                    name=part,
                    status=deployment.status.value,
                    replicas={
                        str(getattr(state, "value", state)): count
                        for state, count in deployment.replica_states.items()
                    },
                    message=deployment.message,
                )
                for part, deployment in application.deployments.items()
            ),
        )
        for name, application in serve.status().applications.items()
    )


def runs(application: str, stage: str) -> bool:
    """Whether a replica of *stage* takes requests, or nobody can tell. Blocks for a remote call."""
    try:
        parts = applications()
    except RayError:
        return True
    return any(
        deployment.name == stage and deployment.replicas.get("RUNNING", 0) > 0
        for part in parts
        if part.name == application
        for deployment in part.deployments
    )
