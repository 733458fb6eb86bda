"""What a terminal shows of a conversation, line by line as it happens."""

from rich.console import Console
from rich.text import Text

from avatar_serving.client.messages import (
    ErrorMessage,
    ResponseDone,
    ServerMessage,
    SpeechStarted,
    State,
    TextDelta,
    TranscriptDelta,
    TurnReport,
    UserHeard,
    UserNotHeard,
)

_STATES = {
    "listening": "listening ...",
    "thinking": "thinking ...",
    "speaking": "speaking ...",
    "idle": "",
}
_STEPS = (
    ("asr", "recognised"),
    ("llm_first_token", "first word thought"),
    ("tts_first_audio", "first sound made"),
    ("first_audio_sent", "sent"),
)


class Script:
    """Feed it every message. An answer's line grows while the answer is spoken."""

    def __init__(self, console: Console, name: str) -> None:
        self._console = console
        self._name = name
        self._open = False
        self._state = ""

    def take(self, message: ServerMessage) -> None:
        match message:
            case UserHeard(transcript=text):
                self._line("you", text.strip() or "(nothing was understood)", "bold cyan")
            case UserNotHeard():
                self._line("you", "(could not be recognised)", "bold cyan")
            case TranscriptDelta(delta=delta) | TextDelta(delta=delta):
                self._more(delta)
            case SpeechStarted() if self._open:
                self._more(" --")
                self._end()
            case State(state=state):
                self._show(state)
            case ResponseDone(response=response):
                self._done(response.status)
            case TurnReport(timings_ms=timings):
                self._timings(timings)
            case ErrorMessage(error=error):
                self._line(error.code or "error", error.message, "bold red")
            case _:
                pass

    def note(self, text: str) -> None:
        """Something that nobody said."""
        self._end()
        self._console.print(Text(text, "dim"))

    def _line(self, who: str, text: str, style: str) -> None:
        self._end()
        self._console.print(Text.assemble((f"{who}: ", style), text))

    def _more(self, delta: str) -> None:
        if not self._open:
            self._open = True
            self._console.print(Text(f"{self._name}: ", "bold green"), end="")
        self._console.print(Text(delta), end="", soft_wrap=True)

    def _end(self) -> None:
        if self._open:
            self._open = False
            self._console.print()

    def _show(self, state: str) -> None:
        if state != self._state and (words := _STATES.get(state, state)) and not self._open:
            self._console.print(Text(f"  {words}", "dim"))
        self._state = state

    def _done(self, status: str) -> None:
        self._end()
        if status not in ("completed", "cancelled"):
            self._console.print(Text(f"  the answer ended as {status}", "bold red"))

    def _timings(self, timings: dict[str, float | None]) -> None:
        known = [(words, timings.get(step)) for step, words in _STEPS]
        steps = [f"{words} {at_ms:.0f}" for words, at_ms in known if at_ms is not None]
        if steps:
            self.note(f"  ms after your last word: {', '.join(steps)}")
