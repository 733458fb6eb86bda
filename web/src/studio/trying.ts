import { computed, signal } from "@preact/signals";
import { previewLook, type Consent, type LookRequest, type PreviewEvent } from "../api/looks.ts";
import { backgroundImage, lookRequest } from "./look.ts";

export interface Tried {
  /** A data URL. */
  readonly picture: string;
  readonly look: LookRequest;
  readonly likeness: Likeness | null;
}

export interface Likeness {
  readonly distance: number;
  readonly kept: boolean;
}

export type Trying =
  | { readonly state: "none" }
  | { readonly state: "working"; readonly fraction: number; readonly message: string }
  | { readonly state: "failed"; readonly reason: string };

/** What the photo looks like when it is changed, before an avatar is made of it. */
export const trying = signal<Trying>({ state: "none" });
export const tried = signal<Tried | null>(null);
/** Whether the settings are other ones than those of the picture that is shown. */
export const stale = computed(() => tried.value !== null && JSON.stringify(tried.value.look) !== JSON.stringify(lookRequest.value));

let abort = new AbortController();

export async function tryLook(photo: Blob, consent: Consent): Promise<void> {
  abort.abort();
  const { signal: aborted } = (abort = new AbortController());
  const look = lookRequest.value;
  const behind = look.background === "image" ? backgroundImage.value : null;
  trying.value = { state: "working", fraction: 0, message: "Starting" };
  let likeness: Likeness | null = null;
  try {
    for await (const event of previewLook(photo, { look, consent }, behind, aborted)) {
      if (event.type === "done") {
        tried.value = { picture: event.picture, look, likeness };
        trying.value = { state: "none" };
      } else {
        likeness = likenessOf(event) ?? likeness;
        trying.value = { state: "working", fraction: event.fraction, message: event.message };
      }
    }
    if (trying.value.state === "working") throw new Error("The server stopped before the picture was done.");
  } catch (error) {
    if (!aborted.aborted) trying.value = { state: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

export function cancelTrying(): void {
  abort.abort();
  trying.value = { state: "none" };
}

export function forgetTried(): void {
  cancelTrying();
  tried.value = null;
}

function likenessOf(event: PreviewEvent): Likeness | null {
  if (event.type === "done" || event.distance === undefined) return null;
  return { distance: event.distance, kept: event.kept ?? true };
}
