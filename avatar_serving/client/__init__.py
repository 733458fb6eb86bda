"""A typed realtime client for scripts: the demo, the benchmarks, the tests."""

from avatar_serving.client.connecting import Disconnected, Where
from avatar_serving.client.diary import Diary, Received
from avatar_serving.client.heard import Answer, Frames, Stretch
from avatar_serving.client.microphone import Microphone, Uttered
from avatar_serving.client.playout import Playout
from avatar_serving.client.realtime import RealtimeClient, open_session
from avatar_serving.client.replies import Adapter, Avatar, ModelEntry, Training, VoiceEntry
from avatar_serving.client.rest import RequestRefused, Rest
from avatar_serving.client.turn import Turn, ask

__all__ = [
    "Adapter",
    "Answer",
    "Avatar",
    "Diary",
    "Disconnected",
    "Frames",
    "Microphone",
    "ModelEntry",
    "Playout",
    "RealtimeClient",
    "Received",
    "RequestRefused",
    "Rest",
    "Stretch",
    "Training",
    "Turn",
    "Uttered",
    "VoiceEntry",
    "Where",
    "ask",
    "open_session",
]
