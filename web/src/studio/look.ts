import { batch, computed, signal } from "@preact/signals";
import type { Description } from "../api/avatars.ts";
import type { DrawingRequest, LookRequest, Looks } from "../api/looks.ts";

export type BackgroundKind = "keep" | "blur" | "colour" | "image";
export type Tongue = "en" | "zh";

/** How the photo is to change. */
export const looks = signal<Looks | null>(null);
export const restore = signal(false);
export const style = signal("none");
export const strength = signal(0.6);
export const backgroundKind = signal<BackgroundKind>("keep");
export const backgroundColour = signal("#c9d6cf");
export const backgroundImage = signal<File | null>(null);

const NO_DRAWING: DrawingRequest = {
  prompt: "", negative: "", expression: "keep", pose: "keep", scene: "keep", adapter: "", steps: 0, seed: 0,
};
/** Whether the portrait is redrawn by words. */
export const redrawing = signal(false);
export const drawing = signal<DrawingRequest>(NO_DRAWING);
export const tongue = signal<Tongue>("en");

/** The photo as it is. */
export const PLAIN: LookRequest = { restore: false, style: "none", strength: 0.6, background: "keep", drawing: null };

export const lookRequest = computed<LookRequest>(() => ({
  restore: restore.value,
  style: style.value,
  strength: strength.value,
  background: backgroundKind.value === "colour" ? backgroundColour.value : backgroundKind.value,
  drawing: redrawing.value ? drawing.value : null,
}));

/** Whether the avatar would look other than the photo. */
export const changed = computed(() => {
  const look = lookRequest.value;
  return look.restore || look.style !== "none" || look.background !== "keep" || look.drawing !== null;
});

/** What keeps the look from being used; null when nothing does. */
export const lookMissing = computed<string | null>(() => {
  if (backgroundKind.value === "image" && !backgroundImage.value) return "Choose a background picture";
  if (backgroundKind.value !== "keep" && redrawing.value && drawing.value.scene !== "keep") return "Choose either a scene or a background";
  return null;
});

export function draw(change: Partial<DrawingRequest>): void {
  drawing.value = { ...drawing.value, ...change };
}

/** The words of a model that has seen the photo, in one of its languages, to be edited. */
export function suggest(seen: Description | null, language: Tongue): void {
  const suggested = seen?.prompts?.find((each) => each.language === language);
  batch(() => {
    tongue.value = language;
    draw({ prompt: suggested?.text ?? (language === "en" ? (seen?.text ?? "") : ""), negative: suggested?.negative ?? "" });
  });
}

/** Words and presets are of one photo; style and background stay for the next. */
export function forgetWords(): void {
  batch(() => {
    redrawing.value = false;
    drawing.value = NO_DRAWING;
  });
}
