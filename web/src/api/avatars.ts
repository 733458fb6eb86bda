import type { Consent, LookRequest } from "./looks.ts";
import { ApiError, getJson, postJson, request } from "./http.ts";
import { sseEvents } from "./sse.ts";

export interface Avatar {
  readonly id: string;
  readonly name: string;
  readonly created_at: string | number;
  readonly description?: string | null;
  readonly voice?: string | null;
  readonly speed?: number;
  /** Semitones above the voice's own. */
  readonly pitch?: number;
  readonly persona?: string | null;
  readonly size?: number;
  readonly engine?: string;
}

export interface Check {
  readonly name: string;
  readonly score: number;
  readonly verdict: "good" | "fair" | "refused";
  readonly reason: string;
}

/** x, y, width, height in pixels of the reviewed image. */
export type Box = readonly [number, number, number, number];

export interface FoundFace {
  readonly box: Box;
  /** The part of the image that shows this person, and others as little as may be. */
  readonly around: Box;
}

export interface Review {
  readonly checks: readonly Check[];
  readonly face_box: Box | null;
  /** From left to right. */
  readonly faces: readonly FoundFace[];
  /** A data URL: what was measured in a drawn face. */
  readonly measured: string | null;
}

export interface Description {
  readonly text: string;
  readonly facts: readonly (readonly [string, string])[];
  /** How a picture generator would be asked for such a portrait, by a model that has seen it. */
  readonly prompts?: readonly { readonly language: string; readonly text: string; readonly negative: string }[];
}

export interface Reviewed {
  readonly review: Review;
  readonly description: Description | null;
}

export interface Voice {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly gender?: string | null;
  readonly tags?: readonly string[];
  readonly engine?: string;
  /** The recorded voice that this one is made from by pitch. */
  readonly base?: string;
}

/** How a voice is used: speed 0.5..1.5, pitch in semitones -6..6. */
export interface Delivery {
  readonly speed: number;
  readonly pitch: number;
}

/** A character to start from; its texts are in several languages. */
export interface Persona {
  readonly id: string;
  readonly name: Readonly<Record<string, string>>;
  readonly about: Readonly<Record<string, string>>;
  readonly persona: Readonly<Record<string, string>>;
  readonly greeting: Readonly<Record<string, string>>;
  readonly voice_tags: readonly string[];
}

/** A language model on offer. Figures are null where nobody measured them. */
export interface LanguageModel {
  readonly id: string;
  readonly about: string;
  readonly remote: boolean;
  readonly default: boolean;
  readonly tokens_per_s: number | null;
  readonly first_token_s: number | null;
  readonly quality: number | null;
}

export interface CreateRequest {
  readonly name: string;
  readonly consent: Consent;
  readonly look: LookRequest;
  readonly voice: string;
  readonly speed: number;
  readonly pitch: number;
  readonly persona: string;
  /** Id of the persona it is made from. */
  readonly template: string;
  readonly greeting: string;
  readonly description: string;
}

export type AvatarChange = Partial<Pick<CreateRequest, "name" | "voice" | "speed" | "pitch" | "persona" | "greeting">>;

export type CreateEvent =
  | { readonly type: "progress"; readonly step: string; readonly fraction: number; readonly message: string }
  | { readonly type: "review"; readonly review: Review }
  | { readonly type: "description"; readonly description: Description }
  | { readonly type: "done"; readonly avatar: Avatar };

export async function listPersonas(): Promise<readonly Persona[]> {
  return (await getJson<{ data: readonly Persona[] }>("/v1/personas")).data;
}

export async function listModels(): Promise<readonly LanguageModel[]> {
  return (await getJson<{ data: readonly LanguageModel[] }>("/v1/models")).data;
}

export async function listAvatars(): Promise<readonly Avatar[]> {
  return (await getJson<{ data: readonly Avatar[] }>("/v1/avatars")).data;
}

export async function getAvatar(id: string): Promise<Avatar> {
  return getJson<Avatar>(`/v1/avatars/${encodeURIComponent(id)}`);
}

/** Change who an avatar is; what is absent stays. */
export async function changeAvatar(id: string, change: AvatarChange): Promise<Avatar> {
  const init = { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify(change) };
  return (await request(`/v1/avatars/${encodeURIComponent(id)}`, init)).json() as Promise<Avatar>;
}

export async function deleteAvatar(id: string): Promise<void> {
  await request(`/v1/avatars/${encodeURIComponent(id)}`, { method: "DELETE" });
}

export async function downloadPackage(id: string): Promise<ArrayBuffer> {
  return (await request(`/v1/avatars/${encodeURIComponent(id)}/package`)).arrayBuffer();
}

export async function fetchThumbnail(id: string): Promise<Blob> {
  return (await request(`/v1/avatars/${encodeURIComponent(id)}/thumbnail`)).blob();
}

export async function listVoices(): Promise<readonly Voice[]> {
  return (await getJson<{ data: readonly Voice[] }>("/v1/voices")).data;
}

/** A few words in a voice. */
export async function fetchSample(voice: string, { speed, pitch }: Delivery, signal?: AbortSignal): Promise<Blob> {
  const path = `/v1/voices/${encodeURIComponent(voice)}/sample?speed=${speed}&pitch=${pitch}`;
  return (await request(path, { signal })).blob();
}

/** The portrait is described in *language*. */
export async function review(image: Blob, language: string, signal: AbortSignal): Promise<Reviewed> {
  const body = form(image);
  body.append("language", language);
  const response = await request("/v1/avatars/review", { method: "POST", body, signal });
  return (await response.json()) as Reviewed;
}

/** *more*: further pictures of the person, where the service looks at several. */
export async function* createAvatar(
  image: Blob,
  body: CreateRequest,
  background: Blob | null,
  more: readonly Blob[],
  signal: AbortSignal,
): AsyncGenerator<CreateEvent> {
  const data = form(image);
  data.append("request", JSON.stringify(body));
  if (background) data.append("background_image", background, "background");
  for (const each of more) data.append("more_images", each, "photo");
  const headers = { Accept: "text/event-stream" };
  const response = await request("/v1/avatars", { method: "POST", body: data, headers, signal });
  for await (const message of sseEvents(response)) yield createEvent(message.event, JSON.parse(message.data));
}

/** One event of creation; a failure becomes an ApiError, like any other refusal. */
function createEvent(name: string, data: Record<string, unknown>): CreateEvent {
  if (name === "error") {
    const { code, message, param } = { ...data, ...(data.error as object | undefined) } as Record<string, string | null>;
    throw new ApiError(200, code ?? "internal", message ?? "The avatar could not be made.", param);
  }
  return { ...data, type: name } as CreateEvent;
}

function form(image: Blob): FormData {
  const data = new FormData();
  data.append("image", image, image instanceof File ? image.name : "photo");
  return data;
}

/** A short-lived secret for the socket, which cannot carry an Authorization header. */
export async function clientSecret(user: string): Promise<string> {
  const response = await postJson("/v1/realtime/client_secrets", { session: { type: "realtime", avatar: { user } } });
  return ((await response.json()) as { value: string }).value;
}
