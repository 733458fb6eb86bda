import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../language/language.ts";
import { CameraDialog } from "../ui/camera-dialog.tsx";
import { choosePhoto } from "./draft.ts";
import { DropZone } from "./drop-zone.tsx";

/** The empty studio: what this is, and where to put a photo. */
export function Hero(): JSX.Element {
  const camera = useSignal(false);
  return (
    <section class="hero" aria-labelledby="hero-title">
      <div class="hero-words">
        <h1 id="hero-title">{t("One photo.")}<br />{t("Someone to talk to.")}</h1>
        <p class="lead">
          {t("Drop in a portrait and meet it face to face: it listens, thinks, and answers aloud, with its lips, eyes and head moving as it speaks.")}
        </p>
        <ul class="promises">
          <li><strong>{t("Seconds")}</strong> {t("from photo to avatar")}</li>
          <li><strong>{t("Real time")}</strong> {t("conversation, interrupt any time")}</li>
          <li><strong>{t("Yours")}</strong> {t("to download and keep")}</li>
        </ul>
      </div>
      <DropZone onCamera={() => (camera.value = true)} />
      {camera.value && <CameraDialog onTaken={choosePhoto} onClose={() => (camera.value = false)} />}
    </section>
  );
}
