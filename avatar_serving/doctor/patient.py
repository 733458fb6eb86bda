"""What is examined: a profile on a machine."""

from dataclasses import dataclass

from avatar_serving.config import Profile
from avatar_serving.doctor.machine import Machine
from avatar_serving.weights.library import Library
from avatar_serving.weights.lock import Weight


@dataclass(frozen=True, slots=True)
class Patient:
    profile_name: str
    profile: Profile
    machine: Machine
    shelf: Library

    def weights(self) -> tuple[Weight, ...]:
        return tuple(self.shelf.get(name) for name in self.profile.required_weights())
