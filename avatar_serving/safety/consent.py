"""Consent of the person in the picture, as whoever uploads it states it."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.errors import InvalidRequest


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class Consent(BaseModel):
    """Kept in the avatar package, so that it travels with what was made of the picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agreed: bool = False
    """Whether the box was ticked."""
    statement: str = Field(default="", max_length=2000)
    """The words that were agreed to."""
    at: datetime = Field(default_factory=_now)
    """When, in UTC."""

    def check(self, need: str = "an avatar needs the consent of the person in the picture") -> None:
        """Raises InvalidRequest, with *need*, unless there is agreement to a statement."""
        if not self.agreed:
            raise InvalidRequest(need, "consent.agreed")
        if not self.statement.strip():
            raise InvalidRequest(
                "say in words what was agreed to, such as 'This is a picture of me'",
                "consent.statement",
            )
