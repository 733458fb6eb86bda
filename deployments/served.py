"""What Ray Serve runs, in words of the protocol."""

from ray import serve

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
