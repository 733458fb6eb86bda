import { batch, computed, signal } from "@preact/signals";
import {
  createAvatar, listPersonas, listVoices, review, type Avatar, type CreateEvent, type CreateRequest,
  type Delivery, type Persona, type Reviewed, type Voice,
} from "../api/avatars.ts";
import { getLooks } from "../api/looks.ts";
import { refreshAvatars } from "../avatars/shelf.ts";
import { language, t } from "../language/language.ts";
import { nearest } from "../ui/voice-filter.ts";
import { fittingVoice } from "./fitting-voice.ts";
import { backgroundImage, forgetWords, lookMissing, lookRequest, looks, PLAIN } from "./look.ts";
import { addMore, forgetMore, more } from "./more.ts";
import { CONSENT_STATEMENT, textsOf } from "./personas.ts";
import { nameFrom, readPhoto, type Photo } from "./photo.ts";
import { forgetTried } from "./trying.ts";

export type Reviewing =
  | { readonly state: "none" | "looking" }
  | { readonly state: "done"; readonly result: Reviewed }
  | { readonly state: "failed"; readonly reason: string };

export type Making =
  | { readonly state: "none" }
  | { readonly state: "working"; readonly fraction: number; readonly message: string }
  | { readonly state: "done"; readonly avatar: Avatar }
  | { readonly state: "failed"; readonly reason: string };

/** What the studio knows while an avatar is being designed. */
export const photo = signal<Photo | null>(null);
/** The picture of several people that the photo is a part of. */
export const whole = signal<Blob | null>(null);
export const reviewing = signal<Reviewing>({ state: "none" });
export const making = signal<Making>({ state: "none" });

export const voices = signal<readonly Voice[]>([]);
export const catalogueTrouble = signal<string | null>(null);

export const name = signal("");
export const voice = signal("");
/** The user has said which; until then it is one that suits the photo. */
export const voiceChosen = signal(false);
export const delivery = signal<Delivery>({ speed: 1, pitch: 0 });
export const personas = signal<readonly Persona[]>([]);
export const persona = signal("");
/** Id of the template that the character was started from. */
export const template = signal("");
export const greeting = signal("");
export const agreed = signal(false);

/** Why no avatar can be made of the photo; null when one can, or that is not known yet. */
export const refusal = computed<string | null>(() => {
  const looked = reviewing.value;
  return looked.state === "done" ? refusalOf(looked.result) : null;
});

/** What still has to happen before the avatar can be made; null when nothing does. */
export const missing = computed<string | null>(() => {
  const looked = reviewing.value;
  if (!photo.value) return "Add a photo";
  if (looked.state === "looking") return "Looking at the photo";
  if (looked.state === "failed") return "Choose another photo";
  if (refusal.value) return severalFaces(looked) ? "Choose a face" : "Choose another photo";
  if (lookMissing.value && !more.value.length) return lookMissing.value;
  if (!name.value.trim()) return "Give your avatar a name";
  if (!agreed.value) return "Please agree to the statement";
  return null;
});

let reviewAbort = new AbortController();
let makeAbort = new AbortController();

export function refusalOf(result: Reviewed): string | null {
  return result.review.checks.find((check) => check.verdict === "refused")?.reason ?? null;
}

/** It is only unclear who is meant. */
export function severalFaces(looked: Reviewing): boolean {
  if (looked.state !== "done") return false;
  return looked.result.review.checks.find(({ verdict }) => verdict === "refused")?.name === "faces";
}

export async function loadCatalogue(): Promise<void> {
  try {
    const spoken = listVoices().then((found) => nearest(found, language.value));
    [looks.value, voices.value, personas.value] = await Promise.all([getLooks(), spoken, listPersonas()]);
    catalogueTrouble.value = null;
    if (!voice.value) voice.value = voices.value[0]?.id ?? "";
    if (!persona.value && personas.value[0]) startFrom(personas.value[0]);
  } catch (error) {
    catalogueTrouble.value = messageOf(error);
  }
}

/** Take a template's texts, in the reader's language; every word of them may be changed. */
export function startFrom(from: Persona): void {
  const texts = textsOf(from, language.value);
  batch(() => {
    template.value = from.id;
    persona.value = texts.persona;
    greeting.value = texts.greeting;
  });
}

/** *partOf*: the picture of several people that it was cut from. */
export async function choosePhoto(file: Blob, called = nameFrom(file instanceof File ? file.name : ""), partOf: Blob | null = null): Promise<void> {
  dropPhoto();
  const read = await readPhoto(file);
  batch(() => {
    photo.value = read;
    whole.value = partOf;
    name.value = called;
    reviewing.value = { state: "looking" };
  });
  const { signal: aborted } = (reviewAbort = new AbortController());
  try {
    const result = await review(read.file, language.value, aborted);
    if (aborted.aborted) return;
    reviewing.value = { state: "done", result };
    suitVoice(result);
  } catch (error) {
    if (!aborted.aborted) reviewing.value = { state: "failed", reason: messageOf(error) };
  }
}

function suitVoice({ description }: Reviewed): void {
  const fitting = voiceChosen.value ? null : fittingVoice(voices.value, description, language.value);
  if (fitting) voice.value = fitting.id;
}

/** Back to the empty studio. The choices of voice and character stay. */
export function dropPhoto(): void {
  reviewAbort.abort();
  makeAbort.abort();
  forgetTried();
  forgetWords();
  forgetMore();
  if (photo.value) URL.revokeObjectURL(photo.value.url);
  batch(() => {
    photo.value = null;
    whole.value = null;
    reviewing.value = { state: "none" };
    making.value = { state: "none" };
    agreed.value = false;
    name.value = "";
  });
}

/** The next picture of the person takes the photo's place, where there is one. */
export async function removePhoto(): Promise<void> {
  const [next, ...others] = more.value.map((each) => each.file);
  if (next) await Promise.all([choosePhoto(next, name.value), addMore(others)]);
  else dropPhoto();
}

/** Show an avatar that came ready-made. */
export function showMade(avatar: Avatar): void {
  dropPhoto();
  making.value = { state: "done", avatar };
  void refreshAvatars();
}

export async function make(): Promise<void> {
  if (missing.value || !photo.value) return;
  const { signal: aborted } = (makeAbort = new AbortController());
  making.value = { state: "working", fraction: 0, message: "Starting" };
  try {
    const asked = requested();
    const background = asked.look.background === "image" ? backgroundImage.value : null;
    const others = more.value.map((each) => each.file);
    for await (const event of createAvatar(photo.value.file, asked, background, others, aborted)) follow(event);
    if (making.value.state === "working") throw new Error("The server stopped before the avatar was done.");
  } catch (error) {
    if (!aborted.aborted) making.value = { state: "failed", reason: messageOf(error) };
  }
}

export function cancelMaking(): void {
  makeAbort.abort();
  making.value = { state: "none" };
}

function follow(event: CreateEvent): void {
  if (event.type === "progress") {
    making.value = { state: "working", fraction: event.fraction, message: event.message || event.step };
  } else if (event.type === "done") {
    making.value = { state: "done", avatar: event.avatar };
    void refreshAvatars();
  }
}

function requested(): CreateRequest {
  const looked = reviewing.value;
  return {
    name: name.value.trim(),
    consent: { agreed: agreed.value, statement: t(CONSENT_STATEMENT) },
    look: more.value.length ? PLAIN : lookRequest.value,
    voice: voice.value,
    ...delivery.value,
    persona: persona.value.trim(),
    template: template.value,
    greeting: greeting.value.trim(),
    description: looked.state === "done" ? (looked.result.description?.text ?? "") : "",
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
