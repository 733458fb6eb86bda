import type { JSX } from "preact";
import { t } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { making, name, photo, removePhoto, reviewing, whole } from "./draft.ts";
import { FaceBoxes } from "./face-boxes.tsx";
import { backToWhole } from "./faces.ts";
import { MorePictures } from "./more-pictures.tsx";

/** The photo, what was found in it, and how far its avatar has come. */
export function PhotoCard(): JSX.Element | null {
  const shown = photo.value;
  if (!shown) return null;
  const looked = reviewing.value;
  const described = looked.state === "done" ? looked.result.description : null;
  return (
    <div class="photo-card">
      <figure class={`photo ${looked.state === "looking" ? "looking" : ""}`}>
        <div class="photo-frame">
          {shown.width > 0 ? <img src={shown.url} alt={t("Your photo")} /> : <span class="unreadable"><Icon name="image" size={44} /></span>}
          {looked.state === "done" && shown.width > 0 && <FaceBoxes photo={shown} review={looked.result.review} />}
          <Working />
          <button class="photo-change" aria-label={t("Remove this photo")} title={t("Remove this photo")} onClick={() => void removePhoto()}><Icon name="close" size={18} /></button>
        </div>
        {described && <figcaption><Icon name="sparkle" size={16} /> {described.text}</figcaption>}
      </figure>
      {whole.value && <button class="button quiet small" disabled={making.value.state === "working"} onClick={() => void backToWhole()}><Icon name="back" size={16} /> {t("Another face of that picture")}</button>}
      <MorePictures />
      <label class="field name-field">
        <span class="label">{t("Name")}</span>
        <input
          class="input" maxLength={80} placeholder={t("What should people call them?")} value={name.value} autocomplete="off"
          disabled={making.value.state === "working"} onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </label>
    </div>
  );
}

function Working(): JSX.Element | null {
  const now = making.value;
  if (now.state !== "working") return null;
  return <span class="developing" style={{ "--done": now.fraction }} aria-hidden="true" />;
}
