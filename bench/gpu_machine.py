"""The GPUs that are measured."""

import typer

from avatar_serving.doctor.machine import Gpu, read_gpus


def measured_gpus(on_cpu: bool) -> tuple[Gpu, ...]:
    """Those of this machine.

    Raises:
        typer.BadParameter: there is none, and the program is not tried *on_cpu*.
    """
    gpus = read_gpus()
    if not gpus and not on_cpu:
        raise typer.BadParameter("no GPU here; --on-cpu tries the program itself")
    return gpus
