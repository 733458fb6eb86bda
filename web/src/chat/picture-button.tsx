import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../language/language.ts";
import { CameraDialog } from "../ui/camera-dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import { asDataUrl } from "./shown-picture.ts";

interface Props {
  readonly picture: string | null;
  readonly onPicture: (url: string | null) => void;
  readonly onTrouble: (reason: string) => void;
}

/** Choose or take a picture to show with the next words; what is chosen is seen, and can be taken back. */
export function PictureButton({ picture, onPicture, onTrouble }: Props): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const camera = useSignal(false);
  const open = useSignal(false);

  async function take(file: Blob): Promise<void> {
    open.value = false;
    try {
      onPicture(await asDataUrl(file));
    } catch {
      onTrouble(t("This file is not a picture that the browser can read."));
    }
  }

  function escape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !open.value) return;
    event.stopPropagation();
    open.value = false;
  }

  /** A choice of file or camera takes the focus to nowhere, which is no leaving. */
  function leave(event: FocusEvent & { currentTarget: HTMLElement }): void {
    const next = event.relatedTarget;
    if (next instanceof Node && !event.currentTarget.contains(next)) open.value = false;
  }

  if (picture) {
    return (
      <button class="shown-picture" type="button" aria-label={t("Do not show this picture")} title={t("Take it back")} onClick={() => onPicture(null)}>
        <img src={picture} alt={t("The picture you are going to show")} />
      </button>
    );
  }
  return (
    <span class="picture-choice" onKeyDown={escape} onFocusOut={leave}>
      <button class="composer-send quiet" type="button" aria-label={t("Show a picture")} title={t("Show a picture")} aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        <Icon name="image" size={18} />
      </button>
      {open.value && (
        <span class="picture-menu" role="group" aria-label={t("Show a picture")}>
          <button class="button small" type="button" onClick={() => input.current?.click()}><Icon name="image" size={16} /> {t("From this device")}</button>
          <button class="button small" type="button" onClick={() => (camera.value = true)}><Icon name="camera" size={16} /> {t("With the camera")}</button>
        </span>
      )}
      <input
        ref={input} type="file" accept="image/*" hidden aria-label={t("A picture to show")}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) void take(file);
        }}
      />
      {camera.value && <CameraDialog onTaken={take} onClose={() => (camera.value = false)} />}
    </span>
  );
}
