import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { keyWanted, setApiKey } from "../api/http.ts";
import { t } from "../language/language.ts";
import { Icon } from "./icons.tsx";

/** Asks for the API key of a server that wants one. */
export function KeyDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const wanted = keyWanted.value;
  useEffect(() => {
    if (wanted && !dialog.current?.open) dialog.current?.showModal();
  }, [wanted]);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const key = new FormData(event.currentTarget as HTMLFormElement).get("key");
    if (typeof key !== "string" || !key.trim()) return;
    setApiKey(key.trim());
    location.reload();
  }

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="key-title" onClose={() => (keyWanted.value = false)}>
      <form onSubmit={submit} class="stack">
        <h2 id="key-title"><Icon name="key" /> {t("This server needs a key")}</h2>
        <p class="soft">{t("Ask whoever runs it for an API key. It is kept in this browser only.")}</p>
        <input class="input" name="key" type="password" autocomplete="off" aria-label={t("API key")} required />
        <div class="row end">
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>{t("Not now")}</button>
          <button class="button primary">{t("Continue")}</button>
        </div>
      </form>
    </dialog>
  );
}
