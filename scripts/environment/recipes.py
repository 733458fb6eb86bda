"""What each environment is made of."""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True, slots=True)
class Stub:
    """A package of which only the name is needed: other packages ask for it and never import it."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    requirements: Path
    parent: "Recipe | None" = None
    """Its packages are seen too; without one, only those of the base environment are."""
    stubs: tuple[Stub, ...] = ()
    constraints: tuple[Path, ...] = ()
    """Further pins; a change of these alone is no reason to make it anew."""

    @property
    def folder(self) -> str:
        """Name of the environment's folder: another one for every change."""
        base = Path(sys.prefix).resolve()
        digest = hashlib.sha256(f"{sys.version} {base} {self.stubs}".encode())
        digest.update(self.requirements.read_bytes())
        if self.parent is not None:
            digest.update(self.parent.folder.encode())
        return f"{self.name}-{digest.hexdigest()[:12]}"


TORCH = Recipe(
    "torch",
    HERE / "torch.txt",
    stubs=(Stub("triton", "3.9.0+none"),),  # 200 MB that only a GPU can use
    constraints=(ROOT / "constraints.txt",),
)
VLLM = Recipe(
    "vllm",
    HERE / "vllm.txt",
    parent=TORCH,
    # Those of the registry are built for CUDA and break a torch for the CPU.
    stubs=(
        Stub("torchvision", "0.28.0+none"),
        Stub("torchaudio", "2.11.0+none"),
        Stub("torchcodec", "0.17.0+none"),
    ),
)
QWEN = Recipe(
    "qwen",
    HERE / "qwen.txt",
    parent=TORCH,
    # A user interface that is not used, and sound filters of a tokeniser that is not.
    stubs=(Stub("gradio", "6.0+none"), Stub("torchaudio", "2.11.0+none")),
)
RECIPES = {recipe.name: recipe for recipe in (TORCH, VLLM, QWEN)}
