import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Watcher } from "../affect/watcher.ts";
import { t } from "../language/language.ts";
import type { Affect } from "../protocol.ts";
import type { Conversation } from "../realtime/conversation.ts";
import { Icon } from "../ui/icons.tsx";
import { frameUrl } from "./shown-picture.ts";

/** The server holds what it saw for now during 10 s. */
const SHOW_MS = 5000;

/** The user decides whether the avatar sees their expression, and sees what it sees. */
export function CameraPanel({ conversation, name }: { conversation: Conversation; name: string }): JSX.Element {
  const watcher = useMemo(() => new Watcher((affect) => conversation.see(affect)), [conversation]);
  const video = useRef<HTMLVideoElement>(null);
  const trouble = useSignal<string | null>(null);
  const showing = useSignal(false);
  const state = watcher.state.value;
  useEffect(() => () => watcher.stop(), [watcher]);
  useEffect(() => (showing.value && state === "on" ? showEvery(video.current as HTMLVideoElement, conversation) : undefined), [showing.value, state]);

  function toggle(wanted: boolean): void {
    trouble.value = null;
    showing.value = false;
    if (!wanted) return watcher.stop();
    if (video.current) watcher.start(video.current).catch((error: unknown) => (trouble.value = explain(error)));
  }

  return (
    <details class="panel camera">
      <summary>{t("Camera")} <span class="soft">{t(state === "on" ? expression(watcher.seen.value) : state)}</span></summary>
      <label class="check">
        <input type="checkbox" checked={state !== "off"} onChange={(event) => toggle(event.currentTarget.checked)} />
        <span>{t("Let {name} see my expression", { name })}</span>
      </label>
      <p class="soft small">
        {t("Ten times a second this page turns your picture into a few numbers, such as how much you smile or that you nod or wave, and only those are sent to {name}. The picture itself does not leave the page, and nothing of it is kept.", { name })}
      </p>
      <label class="check">
        <input type="checkbox" checked={showing.value} disabled={state !== "on"} onChange={(event) => (showing.value = event.currentTarget.checked)} />
        <span>{t("Show {name} what is around me", { name })}</span>
      </label>
      <p class="soft small">
        {t("Every five seconds one picture is sent to the service, which puts it into words for {name} and forgets it. Ask “What do you see?”", { name })}
      </p>
      {trouble.value && <p role="alert" class="note warn"><Icon name="alert" /> {trouble.value}</p>}
      <video ref={video} class="self-view" playsInline muted hidden={state === "off"} aria-label={t("Your camera")} />
    </details>
  );
}

/** Returns what ends it. */
function showEvery(video: HTMLVideoElement, conversation: Conversation): () => void {
  const show = (): void => void frameUrl(video).then((picture) => conversation.show(picture)).catch(() => undefined);
  show();
  const timer = setInterval(show, SHOW_MS);
  return () => clearInterval(timer);
}

function expression(seen: Affect | null): string {
  if (!seen?.present) return "nobody seen";
  if (seen.gesture !== "none") return seen.gesture;
  if (seen.smile > 0.4) return "smiling";
  if (seen.brow_raise > 0.5) return "surprised";
  if (seen.frown > 0.4 || seen.brow_furrow > 0.5) return "frowning";
  return seen.attention < 0.3 ? "looking away" : "on";
}

function explain(error: unknown): string {
  const kind = error instanceof DOMException ? error.name : "";
  if (kind === "NotFoundError") return t("No camera was found.");
  if (kind === "NotReadableError") return t("Another program is using the camera. Close it and try again.");
  if (kind === "NotAllowedError") return t("The browser has not allowed the camera. Allow it beside the address, and try again.");
  return error instanceof Error ? error.message : String(error);
}
