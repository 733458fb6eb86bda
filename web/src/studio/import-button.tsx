import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { takeFiles } from "./incoming.ts";

/** Chooses an avatar file to import. */
export function ImportButton(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button class="button small" onClick={() => input.current?.click()}><Icon name="plus" size={17} /> {t("Import")}</button>
      <input
        ref={input} class="visually-hidden" type="file" accept=".zip,application/zip" aria-label={t("Import an avatar")} tabIndex={-1}
        onChange={(event) => {
          void takeFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
