import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { FEWEST_PICTURES, MOST_PICTURES } from "../api/trainings.ts";
import { t } from "../language/language.ts";
import { FileField } from "../ui/file-field.tsx";
import { Icon } from "../ui/icons.tsx";
import { NAME_PATTERN, teach, TRAINING_STATEMENT } from "./school.ts";

/** Pictures of somebody, and their consent. */
export function TeachDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const pictures = form.getAll("pictures").filter((each) => each instanceof File && each.size > 0) as File[];
    trouble.value = missing(pictures.length);
    if (trouble.value) return;
    busy.value = true;
    try {
      await teach(String(form.get("name")), pictures);
      dialog.current?.close();
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : String(error);
    } finally {
      busy.value = false;
    }
  }

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="teach-title" onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <h2 id="teach-title">{t("Teach a character")}</h2>
        {trouble.value && <p class="note bad" role="alert"><Icon name="alert" /> {trouble.value}</p>}
        <fieldset class="stack bare" disabled={busy.value}>
          <label class="field">
            <span class="label">{t("Name")}</span>
            <input class="input" name="name" required pattern={NAME_PATTERN} placeholder="museum-guide" title={t("Small letters, digits, - and _")} autocomplete="off" />
          </label>
          <FileField
            label={t("Pictures, {fewest} to {most} of the same person", { fewest: FEWEST_PICTURES, most: MOST_PICTURES })}
            name="pictures" accept="image/*" multiple required
          />
          <label class="tick">
            <input type="checkbox" required />
            <span>{t(TRAINING_STATEMENT)}</span>
          </label>
        </fieldset>
        <p class="hint">{t("It takes a GPU and a while. The name is then a word that prompts can use.")}</p>
        <div class="row end">
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>{t("Cancel")}</button>
          <button class="button primary" disabled={busy.value}><Icon name="sparkle" size={18} /> {busy.value ? t("Sending…") : t("Begin")}</button>
        </div>
      </form>
    </dialog>
  );
}

function missing(pictures: number): string | null {
  if (pictures >= FEWEST_PICTURES && pictures <= MOST_PICTURES) return null;
  return t("{fewest} to {most} pictures are needed, not {pictures}.", { fewest: FEWEST_PICTURES, most: MOST_PICTURES, pictures });
}
