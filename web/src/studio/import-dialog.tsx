import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { importAvatar, type ImportRequest } from "../api/exchange.ts";
import { t } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { showMade } from "./draft.ts";
import { incoming, type Incoming } from "./incoming.ts";
import { CONSENT_STATEMENT } from "./personas.ts";
import { Travel, type Travelling } from "./travel.tsx";

/** An avatar package, or a LAM chat zip, becomes an avatar of this server. */
export function ImportDialog({ brought }: { brought: Incoming }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const stop = useRef(new AbortController());
  const travelling = useSignal<Travelling | null>(null);
  const trouble = useSignal<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return () => stop.current.abort();
  }, []);

  async function send(body: ImportRequest): Promise<void> {
    trouble.value = null;
    try {
      const told = (share: number | null) => (travelling.value = { share, step: share === null ? t("Reading the avatar") : t("Sending") });
      const avatar = await importAvatar(brought.file, body, told, stop.current.signal);
      dialog.current?.close();
      showMade(avatar);
    } catch (error) {
      if (!stop.current.signal.aborted) trouble.value = error instanceof Error ? error.message : String(error);
    } finally {
      travelling.value = null;
    }
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get("name") ?? "").trim();
    void send(brought.consented ? { name } : { name, consent: { agreed: true, statement: t(CONSENT_STATEMENT) } });
  }

  const busy = travelling.value !== null;
  return (
    <dialog ref={dialog} class="dialog exchange" aria-labelledby="import-title" onClose={() => (incoming.value = null)}>
      <form class="stack" onSubmit={submit}>
        <h2 id="import-title">{t("Import an avatar")}</h2>
        <p class="soft file-name">{brought.file.name}, {sizeOf(brought.file.size)}</p>
        {trouble.value && <p class="note bad" role="alert"><Icon name="alert" /> {trouble.value}</p>}
        <fieldset class="stack bare" disabled={busy}>
          <label class="field">
            <span class="label">{t("Name")}</span>
            <input class="input" name="name" maxLength={80} required defaultValue={brought.name} autocomplete="off" />
          </label>
          {!brought.consented && <Consent />}
        </fieldset>
        {travelling.value && <Travel {...travelling.value} label={t("Importing the avatar")} />}
        <div class="row end">
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>{t("Cancel")}</button>
          <button class="button primary" disabled={busy}><Icon name="plus" size={18} /> {t("Import")}</button>
        </div>
      </form>
    </dialog>
  );
}

function Consent(): JSX.Element {
  return (
    <label class="tick">
      <input type="checkbox" name="consent" required />
      <span>{t(CONSENT_STATEMENT)}</span>
    </label>
  );
}

function sizeOf(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
