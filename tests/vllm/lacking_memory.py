"""A plugin for vLLM whose engine lacks memory once, when a file says so.

vLLM loads plugins in the processes that it computes in, where no test could reach.
"""

import os
from pathlib import Path
from typing import Any

ASKED = "TEST_LACKS_MEMORY"
"""Environment variable: the file. It is deleted when memory has lacked."""


def install() -> None:
    import torch
    from vllm.v1.worker.gpu_worker import Worker

    plain = Worker.execute_model

    def execute_model(self: Any, *arguments: Any, **options: Any) -> Any:
        file = Path(os.environ[ASKED])
        if file.exists():
            file.unlink()
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return plain(self, *arguments, **options)

    Worker.execute_model = execute_model


def as_plugin(folder: Path) -> None:
    """Write what makes *folder*, on a path of modules, bring the plugin."""
    about = folder / "lacking_memory-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: lacking-memory\nVersion: 1\n")
    named = "[vllm.general_plugins]\nlacking_memory = tests.vllm.lacking_memory:install\n"
    (about / "entry_points.txt").write_text(named)
