import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { making } from "./draft.ts";
import { addMore, more, mostMore, removeMore } from "./more.ts";

/** Further pictures of the same person, from any side; absent where the engine looks at one. */
export function MorePictures(): JSX.Element | null {
  const input = useRef<HTMLInputElement>(null);
  if (mostMore.value === 0) return null;
  const busy = making.value.state === "working";
  const full = more.value.length >= mostMore.value;
  return (
    <section class="more-pictures" aria-label={t("More pictures of the same person")}>
      <ul>
        {more.value.map((picture, place) => (
          <li key={picture.url}>
            <img src={picture.url} alt={t("Picture {number}", { number: place + 2 })} />
            <button class="photo-change" disabled={busy} aria-label={t("Remove picture {number}", { number: place + 2 })} onClick={() => removeMore(picture)}>
              <Icon name="close" size={14} />
            </button>
          </li>
        ))}
        {!full && (
          <li>
            <button class="more-add" disabled={busy} aria-label={t("Add pictures of the same person")} onClick={() => input.current?.click()}>
              <Icon name="plus" />
            </button>
          </li>
        )}
      </ul>
      <p class="hint">
        {full ? t("That is as many as this server looks at.") : t("Up to {count} more of the same person, from other sides.", { count: mostMore.value })} {t("The photo above gives the pose and the background.")}
      </p>
      <input
        ref={input} class="visually-hidden" type="file" accept="image/*" multiple aria-label={t("More pictures")} tabIndex={-1}
        onChange={(event) => {
          void addMore([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </section>
  );
}
