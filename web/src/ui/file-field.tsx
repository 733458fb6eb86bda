import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../language/language.ts";

interface Props {
  readonly label: string;
  readonly name: string;
  readonly accept: string;
  readonly multiple?: boolean;
  readonly required?: boolean;
  readonly onChange?: (files: readonly File[]) => void;
}

/** Asks for files in the page's language: a browser would ask in its own. */
export function FileField({ label, onChange, ...input }: Props): JSX.Element {
  const chosen = useSignal<readonly File[]>([]);

  function change(files: readonly File[]): void {
    chosen.value = files;
    onChange?.(files);
  }

  return (
    <label class="field file-field">
      <span class="label">{label}</span>
      <input {...input} class="visually-hidden" type="file" onChange={(event) => change([...(event.currentTarget.files ?? [])])} />
      <span class="input">
        <span class="button small">{t("Choose…")}</span>
        <span class="soft">{chosen.value.map(({ name }) => name).join(", ") || t("nothing chosen")}</span>
      </span>
    </label>
  );
}
