import type { JSX } from "preact";
import { t } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { making, name, photo, removePhoto, reviewing } from "./draft.ts";
import { MorePictures } from "./more-pictures.tsx";
import type { Photo } from "./photo.ts";

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
          <FaceBox photo={shown} />
          <Working />
          <button class="photo-change" aria-label={t("Remove this photo")} title={t("Remove this photo")} onClick={() => void removePhoto()}><Icon name="close" size={18} /></button>
        </div>
        {described && <figcaption><Icon name="sparkle" size={16} /> {described.text}</figcaption>}
      </figure>
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

const CORNERS = "M0 22V12Q0 0 12 0H22M78 0H88Q100 0 100 12V22M100 78V88Q100 100 88 100H78M22 100H12Q0 100 0 88V78";

function FaceBox({ photo: shown }: { photo: Photo }): JSX.Element | null {
  const looked = reviewing.value;
  const box = looked.state === "done" ? looked.result.review.face_box : null;
  if (!box || !shown.width) return null;
  const [x, y, width, height] = box;
  const place = {
    left: `${(100 * x) / shown.width}%`,
    top: `${(100 * y) / shown.height}%`,
    width: `${(100 * width) / shown.width}%`,
    height: `${(100 * height) / shown.height}%`,
  };
  return (
    <span class="face-box" style={place} role="img" aria-label={t("A face was found here")}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><path d={CORNERS} /></svg>
    </span>
  );
}

function Working(): JSX.Element | null {
  const now = making.value;
  if (now.state !== "working") return null;
  return <span class="developing" style={{ "--done": now.fraction }} aria-hidden="true" />;
}
