import type { Conversation } from "../realtime/conversation.ts";
import type { Entry } from "../realtime/transcript.ts";
import type { TurnLatency } from "../realtime/latency.ts";

/** What the page lets a test see. Nothing here changes anything. */
export interface AvatarServingHooks {
  /** idle, listening, thinking or speaking. */
  state(): string;
  connection(): string;
  microphone(): string;
  /** Loudness of the microphone, 0..1. */
  level(): number;
  /** Whether sound of an answer is coming out now. */
  playing(): boolean;
  /** How open the drawn lips are, 0..1. */
  mouth(): number;
  captions(): readonly Entry[];
  turns(): readonly TurnLatency[];
  underruns(): number;
  notice(): string | null;
}

declare global {
  interface Window {
    avatarServing?: Readonly<AvatarServingHooks>;
  }
}

export function exposeHooks(conversation: Conversation): () => void {
  const { performer, listener, dialogue } = conversation;
  window.avatarServing = Object.freeze({
    state: () => conversation.behaviour.value,
    connection: () => conversation.connection.value.state,
    microphone: () => listener.state.value,
    level: () => listener.level.value,
    playing: () => performer.answers.playing,
    mouth: () => performer.mouth,
    captions: () => structuredClone(dialogue.transcript.value),
    turns: () => structuredClone(conversation.turns.value),
    underruns: () => performer.underruns.value,
    notice: () => conversation.notice.value,
  });
  return () => delete window.avatarServing;
}
