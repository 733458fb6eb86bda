"""Model files."""

from avatar_serving.errors.base import AvatarError


class WeightsError(AvatarError):
    code = "weights"


class WeightUnfit(WeightsError):
    """A weight that *command* can mend."""

    trouble = "unfit"

    def __init__(self, name: str, path: str, command: str) -> None:
        super().__init__(name, path, command)
        self.name = name
        self.path = path
        self.command = command

    @property
    def message(self) -> str:
        return f"weight {self.name!r} is {self.trouble} ({self.path}); run: {self.command}"


class WeightMissing(WeightUnfit):
    code = "weight_missing"
    trouble = "missing"


class WeightCorrupt(WeightUnfit):
    code = "weight_corrupt"
    trouble = "damaged"


class WeightUnavailable(WeightsError):
    """*file* is the one within a folder, or empty; *reasons* has a line for each source tried."""

    code = "weight_unavailable"
    retryable = True

    def __init__(self, name: str, file: str, reasons: tuple[str, ...]) -> None:
        super().__init__(name, file, reasons)
        self.name = name
        self.file = file
        self.reasons = reasons

    @property
    def message(self) -> str:
        what = f"{self.name}/{self.file}" if self.file else self.name
        return f"weight {what!r} could not be fetched: {'; '.join(self.reasons) or 'no source'}"


class LicenceRefused(WeightsError):
    code = "licence_refused"

    def __init__(self, name: str, licence_class: str) -> None:
        super().__init__(name, licence_class)
        self.name = name
        self.licence_class = licence_class

    @property
    def message(self) -> str:
        return (
            f"weight {self.name!r} is {self.licence_class}, which AVATAR_LICENCE=commercial "
            "does not allow; choose another engine in the profile"
        )
