/** The messages of `/v1/realtime` that this client sends or understands. See docs/protocol.md. */

import type { Behaviour } from "./motion/director.ts";

export type Emotion =
  | "neutral" | "joy" | "sadness" | "anger" | "fear" | "disgust" | "surprise" | "concern" | "thinking";

/** Of some channels, by name. */
export type Weights = Readonly<Record<string, number>>;

export interface Word {
  readonly text: string;
  readonly start_ms: number;
  readonly end_ms: number;
}

export interface Clip {
  readonly behaviour: Behaviour;
  readonly frames: string;
}

export interface ContentPart {
  readonly type: string;
  readonly text?: string | null;
  readonly transcript?: string | null;
}

export interface Item {
  readonly id: string;
  readonly type: string;
  readonly role?: "user" | "assistant" | "system";
  readonly status?: string;
  readonly content?: readonly ContentPart[];
}

export interface Response {
  readonly id: string;
  readonly status: string;
  readonly status_details?: { readonly type?: string; readonly reason?: string; readonly error?: WireError | null } | null;
  readonly output?: readonly Item[];
}

export interface WireError {
  readonly type?: string | null;
  readonly code?: string | null;
  readonly message?: string;
  readonly param?: string | null;
  readonly event_id?: string | null;
}

export interface Session {
  readonly id?: string;
  readonly instructions?: string;
  readonly audio?: { readonly output?: { readonly voice?: string | { readonly id: string } } };
  readonly avatar?: { readonly id?: string | null; readonly language?: string | null } | null;
}

interface InResponse {
  readonly response_id: string;
  readonly item_id: string;
}

export type ServerEvent =
  | { readonly type: "session.created" | "session.updated"; readonly session: Session }
  | { readonly type: "error"; readonly error: WireError }
  | { readonly type: "input_audio_buffer.speech_started"; readonly item_id: string; readonly audio_start_ms: number }
  | { readonly type: "input_audio_buffer.speech_stopped"; readonly item_id: string; readonly audio_end_ms: number }
  | { readonly type: "input_audio_buffer.committed"; readonly item_id: string }
  | { readonly type: "conversation.item.added" | "conversation.item.done"; readonly item: Item }
  | { readonly type: "conversation.item.deleted"; readonly item_id: string }
  | { readonly type: "conversation.item.truncated"; readonly item_id: string; readonly audio_end_ms: number }
  | { readonly type: "conversation.item.input_audio_transcription.delta"; readonly item_id: string; readonly delta: string }
  | {
      readonly type: "conversation.item.input_audio_transcription.completed";
      readonly item_id: string;
      readonly transcript: string;
    }
  | { readonly type: "conversation.item.input_audio_transcription.failed"; readonly item_id: string; readonly error: WireError }
  | { readonly type: "response.created" | "response.done"; readonly response: Response }
  | { readonly type: "response.output_item.added"; readonly response_id: string; readonly item: Item }
  | ({ readonly type: "response.output_audio.delta"; readonly delta: string } & InResponse)
  | ({ readonly type: "response.output_audio.done" } & InResponse)
  | ({ readonly type: "response.output_audio_transcript.delta"; readonly delta: string } & InResponse)
  | ({ readonly type: "response.output_audio_transcript.done"; readonly transcript: string } & InResponse)
  | ({ readonly type: "response.output_text.delta"; readonly delta: string } & InResponse)
  | ({ readonly type: "response.output_text.done"; readonly text: string } & InResponse)
  | {
      readonly type: "avatar.clips";
      readonly fps: number;
      readonly channels: readonly string[];
      readonly encoding: string;
      readonly clips: readonly Clip[];
    }
  | { readonly type: "avatar.state"; readonly state: Behaviour }
  | { readonly type: "avatar.moving"; readonly within_s: number }
  | { readonly type: "avatar.queued"; readonly place: number }
  | { readonly type: "avatar.resume_token"; readonly token: string; readonly expires_in_s: number; readonly seq: number; readonly received?: number }
  | { readonly type: "avatar.mood"; readonly emotion: Emotion; readonly intensity: number; readonly weights: Weights }
  | ({
      readonly type: "avatar.animation.started";
      readonly fps: number;
      readonly channels: readonly string[];
      readonly encoding: string;
    } & InResponse)
  | ({ readonly type: "avatar.animation.delta"; readonly time_code: number; readonly frames: string } & InResponse)
  | ({ readonly type: "avatar.animation.done" } & InResponse)
  | ({ readonly type: "avatar.words"; readonly words: readonly Word[] } & InResponse)
  | ({
      readonly type: "avatar.turn";
      readonly timings_ms: Readonly<Record<string, number>>;
      readonly heard_text?: string | null;
    } & InResponse);

export type ServerEventType = ServerEvent["type"];

export interface SessionSettings {
  readonly type: "realtime";
  readonly instructions?: string;
  readonly audio?: { readonly output?: { readonly voice?: string; readonly speed?: number } };
  readonly avatar?: { readonly language?: Language; readonly pitch?: number; readonly user?: string; readonly remember?: boolean };
}

export type Language = "auto" | "en" | "zh";

export interface MessageItem {
  readonly id: string;
  readonly type: "message";
  readonly role: "user" | "assistant";
  readonly content: readonly MessagePart[];
}

export type MessagePart =
  | { readonly type: "input_text" | "output_text"; readonly text: string }
  | { readonly type: "input_image"; /** data:image/...;base64,... */ readonly image_url: string };

export type ClientEvent =
  | { readonly type: "session.update"; readonly session: SessionSettings }
  | { readonly type: "input_audio_buffer.append"; readonly audio: string }
  | { readonly type: "input_audio_buffer.commit" | "input_audio_buffer.clear" }
  | { readonly type: "conversation.item.create"; readonly item: MessageItem }
  | {
      readonly type: "conversation.item.truncate";
      readonly item_id: string;
      readonly content_index: 0;
      readonly audio_end_ms: number;
    }
  | { readonly type: "response.create" }
  | { readonly type: "response.cancel" }
  | { readonly type: "avatar.move" }
  | { readonly type: "avatar.playback"; readonly item_id: string; readonly played_ms: number }
  | ({ readonly type: "avatar.playback.report"; readonly item_id: string } & PlaybackReport)
  | ({ readonly type: "avatar.affect" } & Affect)
  | { readonly type: "avatar.frame"; /** data:image/...;base64,... */ readonly image: string };

/** How an answer sounded and looked. */
export interface PlaybackReport {
  readonly underruns: number;
  readonly stalled_ms: number;
  /** Most that the picture was behind the sound; absent without a picture. */
  readonly drift_ms?: number;
}

export type Gesture = "none" | "nod" | "shake" | "wave";

/** The user's face as numbers, 0..1 each. */
export interface Affect {
  readonly present: boolean;
  readonly smile: number;
  readonly frown: number;
  readonly brow_raise: number;
  readonly brow_furrow: number;
  readonly eye_wide: number;
  readonly jaw_open: number;
  readonly nose_wrinkle: number;
  readonly attention: number;
  readonly gesture: Gesture;
}

type FieldKind = "string" | "number" | "object" | "array";
type Fields = Readonly<Record<string, FieldKind>>;

const IN_RESPONSE: Fields = { response_id: "string", item_id: "string" };
const IN_ITEM: Fields = { item_id: "string" };
const MOTION_HEADER: Fields = { fps: "number", channels: "array", encoding: "string" };

/** What must be present, and of which kind, before a message may be treated as its type. */
const REQUIRED: { readonly [T in ServerEventType]: Fields } = {
  "session.created": { session: "object" },
  "session.updated": { session: "object" },
  error: { error: "object" },
  "input_audio_buffer.speech_started": { ...IN_ITEM, audio_start_ms: "number" },
  "input_audio_buffer.speech_stopped": { ...IN_ITEM, audio_end_ms: "number" },
  "input_audio_buffer.committed": IN_ITEM,
  "conversation.item.added": { item: "object" },
  "conversation.item.done": { item: "object" },
  "conversation.item.deleted": IN_ITEM,
  "conversation.item.truncated": { ...IN_ITEM, audio_end_ms: "number" },
  "conversation.item.input_audio_transcription.delta": { ...IN_ITEM, delta: "string" },
  "conversation.item.input_audio_transcription.completed": { ...IN_ITEM, transcript: "string" },
  "conversation.item.input_audio_transcription.failed": { ...IN_ITEM, error: "object" },
  "response.created": { response: "object" },
  "response.done": { response: "object" },
  "response.output_item.added": { response_id: "string", item: "object" },
  "response.output_audio.delta": { ...IN_RESPONSE, delta: "string" },
  "response.output_audio.done": IN_RESPONSE,
  "response.output_audio_transcript.delta": { ...IN_RESPONSE, delta: "string" },
  "response.output_audio_transcript.done": { ...IN_RESPONSE, transcript: "string" },
  "response.output_text.delta": { ...IN_RESPONSE, delta: "string" },
  "response.output_text.done": { ...IN_RESPONSE, text: "string" },
  "avatar.clips": { ...MOTION_HEADER, clips: "array" },
  "avatar.state": { state: "string" },
  "avatar.moving": { within_s: "number" },
  "avatar.queued": { place: "number" },
  "avatar.resume_token": { token: "string", expires_in_s: "number", seq: "number" },
  "avatar.mood": { emotion: "string", intensity: "number", weights: "object" },
  "avatar.animation.started": { ...IN_RESPONSE, ...MOTION_HEADER },
  "avatar.animation.delta": { ...IN_RESPONSE, time_code: "number", frames: "string" },
  "avatar.animation.done": IN_RESPONSE,
  "avatar.words": { ...IN_RESPONSE, words: "array" },
  "avatar.turn": { ...IN_RESPONSE, timings_ms: "object" },
};

export const UNDERSTOOD: readonly string[] = Object.keys(REQUIRED);

/** Events of the API that say nothing this client needs. */
export const IGNORED: readonly string[] = [
  "rate_limits.updated",
  "conversation.item.retrieved",
  "input_audio_buffer.cleared",
  "input_audio_buffer.timeout_triggered",
  "response.content_part.added",
  "response.content_part.done",
  "response.output_item.done",
  "response.function_call_arguments.delta",
  "response.function_call_arguments.done",
];

/** A frame that is not a message of this protocol: the client says so in its log and goes on. */
export class MalformedEvent extends Error {}

/** Read one text frame. Null for events that this client has no use for, also those of later versions. */
export function parseServerEvent(text: string): ServerEvent | null {
  const message = parseObject(text);
  if (typeof message.type !== "string") throw new MalformedEvent("a message without a type");
  const required = (REQUIRED as Readonly<Record<string, Fields | undefined>>)[message.type];
  if (!required) return null;
  for (const [name, kind] of Object.entries(required)) {
    if (!isKind(message[name], kind)) throw new MalformedEvent(`${message.type}: ${name} is not a ${kind}`);
  }
  return message as unknown as ServerEvent;
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedEvent("not JSON");
  }
  if (!isKind(value, "object")) throw new MalformedEvent("not an object");
  return value as Record<string, unknown>;
}

function isKind(value: unknown, kind: FieldKind): boolean {
  if (kind === "array") return Array.isArray(value);
  if (kind === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === kind;
}
