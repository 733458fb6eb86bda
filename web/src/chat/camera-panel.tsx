import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Watcher } from "../affect/watcher.ts";
import type { Affect } from "../protocol.ts";
import type { Conversation } from "../realtime/conversation.ts";
import { Icon } from "../ui/icons.tsx";

/** The user decides whether the avatar sees their expression, and sees what it sees. */
export function CameraPanel({ conversation, name }: { conversation: Conversation; name: string }): JSX.Element {
  const watcher = useMemo(() => new Watcher((affect) => conversation.see(affect)), [conversation]);
  const video = useRef<HTMLVideoElement>(null);
  const trouble = useSignal<string | null>(null);
  const state = watcher.state.value;
  useEffect(() => () => watcher.stop(), [watcher]);

  function toggle(wanted: boolean): void {
    trouble.value = null;
    if (!wanted) return watcher.stop();
    if (video.current) watcher.start(video.current).catch((error: unknown) => (trouble.value = explain(error)));
  }

  return (
    <details class="panel camera">
      <summary>Camera <span class="soft">{state === "on" ? expression(watcher.seen.value) : state}</span></summary>
      <label class="check">
        <input type="checkbox" checked={state !== "off"} onChange={(event) => toggle(event.currentTarget.checked)} />
        <span>Let {name} see my expression</span>
      </label>
      <p class="soft small">
        Your picture never leaves this page. Ten times a second it is turned into a few numbers, such as how much you smile or that
        you nod or wave, and only those are sent to {name}. Nothing of it is kept.
      </p>
      {trouble.value && <p role="alert" class="note warn"><Icon name="alert" /> {trouble.value}</p>}
      <video ref={video} class="self-view" playsInline muted hidden={state === "off"} aria-label="Your camera" />
    </details>
  );
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
  if (kind === "NotFoundError") return "No camera was found.";
  if (kind === "NotReadableError") return "Another program is using the camera. Close it and try again.";
  if (kind === "NotAllowedError") return "The browser has not allowed the camera. Allow it beside the address, and try again.";
  return error instanceof Error ? error.message : String(error);
}
