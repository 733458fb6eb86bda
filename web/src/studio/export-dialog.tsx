import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Avatar } from "../api/avatars.ts";
import { exportAvatar } from "../api/exchange.ts";
import { t } from "../language/language.ts";
import { fileStem, saveFile } from "../ui/download.ts";
import { Icon } from "../ui/icons.tsx";
import { FORMATS, type FileFormat } from "./formats.ts";
import { Travel, type Travelling } from "./travel.tsx";

/** An avatar becomes a file, in the format of one's choice. */
export function ExportDialog({ avatar, onClose }: { avatar: Avatar; onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const stop = useRef(new AbortController());
  const chosen = useSignal<FileFormat>(FORMATS[0]);
  const travelling = useSignal<Travelling | null>(null);
  const trouble = useSignal<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return () => stop.current.abort();
  }, []);

  async function save(): Promise<void> {
    const { format, ending } = chosen.value;
    trouble.value = null;
    try {
      const told = (share: number | null) => (travelling.value = { share, step: share === null ? t("Making the file") : t("Receiving") });
      saveFile(await exportAvatar(avatar.id, format, told, stop.current.signal), `${fileStem(avatar.name)}${ending}`);
      dialog.current?.close();
    } catch (error) {
      if (!stop.current.signal.aborted) trouble.value = error instanceof Error ? error.message : String(error);
    } finally {
      travelling.value = null;
    }
  }

  const busy = travelling.value !== null;
  return (
    <dialog ref={dialog} class="dialog exchange" aria-labelledby="export-title" onClose={onClose}>
      <form method="dialog" class="stack" onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <h2 id="export-title">{t("Save {name} as a file", { name: avatar.name })}</h2>
        {trouble.value && <p class="note bad" role="alert"><Icon name="alert" /> {trouble.value}</p>}
        <fieldset class="formats" disabled={busy} aria-label={t("Format")}>
          {FORMATS.map((one) => (
            <label key={one.format}>
              <input type="radio" name="format" checked={chosen.value === one} onChange={() => (chosen.value = one)} />
              <span><strong>{t(one.name)}</strong> <code>{one.ending}</code><small>{t(one.about)}</small></span>
            </label>
          ))}
        </fieldset>
        {travelling.value && <Travel {...travelling.value} label={t("Saving the avatar")} />}
        <div class="row end">
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>{busy ? t("Cancel") : t("Close")}</button>
          <button class="button primary" disabled={busy}><Icon name="download" size={18} /> {t("Save")}</button>
        </div>
      </form>
    </dialog>
  );
}
