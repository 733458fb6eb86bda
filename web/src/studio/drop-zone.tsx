import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { takeFiles } from "./incoming.ts";
import { mostMore } from "./more.ts";
import { imagesIn } from "./photo.ts";

/** Where a photo comes in: dropped, chosen, pasted or taken. */
export function DropZone({ onCamera }: { onCamera: () => void }): JSX.Element {
  const over = useSignal(false);
  const input = useRef<HTMLInputElement>(null);

  function drop(event: DragEvent): void {
    event.preventDefault();
    over.value = false;
    void takeFiles(imagesIn(event.dataTransfer));
  }

  return (
    <div
      class={`drop-zone ${over.value ? "over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={drop}
    >
      <Silhouette />
      <div class="drop-actions">
        <p class="drop-title">{t("Drop a portrait here")}</p>
        <div class="row centre wrap">
          <button class="button primary" onClick={() => input.current?.click()}><Icon name="image" /> {t("Choose a photo")}</button>
          <button class="button" onClick={onCamera}><Icon name="camera" /> {t("Use the camera")}</button>
        </div>
        <p class="hint">{t("or paste one. A clear face, looking at the camera, works best.")} {mostMore.value > 0 && t("Up to {count} more pictures of the same person make it better.", { count: mostMore.value })} {t("Avatar files (.zip) may be dropped too.")}</p>
      </div>
      <input
        ref={input} class="visually-hidden" type="file" accept="image/*,.zip" aria-label={t("Choose a photo")} tabIndex={-1}
        multiple={mostMore.value > 0} onChange={(event) => void takeFiles([...(event.currentTarget.files ?? [])])}
      />
    </div>
  );
}

function Silhouette(): JSX.Element {
  return (
    <svg class="silhouette" viewBox="0 0 200 200" aria-hidden="true">
      <defs>
        <linearGradient id="person" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stop-color="var(--accent)" stop-opacity="0.42" />
          <stop offset="1" stop-color="var(--accent)" stop-opacity="0.1" />
        </linearGradient>
      </defs>
      <path d="M100 38c21 0 36 16 36 39 0 17-7 31-17 38l1 12c2 6 9 9 19 12 19 6 33 15 38 41 1 8-4 12-10 12H33c-6 0-11-4-10-12 5-26 19-35 38-41 10-3 17-6 19-12l1-12c-10-7-17-21-17-38 0-23 15-39 36-39z" fill="url(#person)" />
      <path class="breath" d="M84 96c5 6 10 8 16 8s11-2 16-8" fill="none" stroke="var(--accent)" stroke-width="3.5" stroke-linecap="round" />
    </svg>
  );
}
