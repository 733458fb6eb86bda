import type { JSX } from "preact";
import { t } from "../language/language.ts";
import type { Conversation } from "../realtime/conversation.ts";
import { Icon } from "../ui/icons.tsx";
import { toggleMute } from "./shortcuts.ts";

/** Starts the talk; afterwards it mutes, and its ring shows how loud the user is. */
export function MicButton({ conversation }: { conversation: Conversation }): JSX.Element {
  const { listener, performer } = conversation;
  const state = listener.state.value;
  if (state === "on" || state === "muted") return <MuteButton conversation={conversation} muted={state === "muted"} />;

  async function start(): Promise<void> {
    await performer.speaker.wake();
    await listener.open();
  }

  return (
    <button class="button primary large talk-button" disabled={state === "opening"} onClick={() => void start()}>
      <Icon name="mic" /> {state === "opening" ? t("Allow the microphone…") : t("Start talking")}
    </button>
  );
}

function MuteButton({ conversation, muted }: { conversation: Conversation; muted: boolean }): JSX.Element {
  return (
    <button
      class={`round mic ${muted ? "muted" : ""}`} aria-pressed={muted} title={muted ? t("Unmute (M)") : t("Mute (M)")}
      aria-label={muted ? t("Unmute the microphone") : t("Mute the microphone")} onClick={() => toggleMute(conversation)}
    >
      <LevelRing conversation={conversation} />
      <Icon name={muted ? "micOff" : "mic"} />
    </button>
  );
}

function LevelRing({ conversation }: { conversation: Conversation }): JSX.Element {
  const level = conversation.listener.level.value;
  const reach = Math.min(1, Math.sqrt(level) * 1.8);
  return <span class="level" style={{ transform: `scale(${1 + 0.45 * reach})`, opacity: 0.15 + 0.5 * reach }} aria-hidden="true" />;
}
