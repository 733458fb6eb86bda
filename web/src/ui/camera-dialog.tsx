import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../language/language.ts";
import { Icon } from "./icons.tsx";

const WANTED: MediaStreamConstraints = { video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } } };

/** Takes a picture with the camera. The preview is a mirror, the picture is not. */
export function CameraDialog({ onClose, onTaken }: { onClose: () => void; onTaken: (picture: Blob) => Promise<void> }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const trouble = useSignal<string | null>(null);
  const ready = useSignal(false);

  useEffect(() => {
    dialog.current?.showModal();
    const opening = openCamera(video.current as HTMLVideoElement);
    opening.then(() => (ready.value = true)).catch((error: unknown) => (trouble.value = explain(error)));
    return () => void opening.then((stream) => stream.getTracks().forEach((track) => track.stop())).catch(() => undefined);
  }, []);

  async function take(): Promise<void> {
    const picture = await snapshot(video.current as HTMLVideoElement);
    onClose();
    await onTaken(picture);
  }

  return (
    <dialog ref={dialog} class="dialog camera" aria-label={t("Take a photo")} onClose={onClose}>
      <video ref={video} playsInline muted autoPlay hidden={trouble.value !== null} />
      {trouble.value && <p role="alert" class="note warn"><Icon name="alert" /> {trouble.value}</p>}
      <div class="row spread">
        <button class="button quiet" onClick={() => dialog.current?.close()}>{t("Cancel")}</button>
        <button class="button primary" disabled={!ready.value} onClick={() => void take()}><Icon name="camera" /> {t("Take photo")}</button>
      </div>
    </dialog>
  );
}

async function openCamera(video: HTMLVideoElement): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no camera access", "SecurityError");
  const stream = await navigator.mediaDevices.getUserMedia(WANTED);
  video.srcObject = stream;
  await video.play();
  return stream;
}

async function snapshot(video: HTMLVideoElement): Promise<Blob> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
}

function explain(error: unknown): string {
  const kind = error instanceof DOMException ? error.name : "";
  if (kind === "NotFoundError") return t("No camera was found. Connect one, or choose a photo instead.");
  if (kind === "NotReadableError") return t("Another program is using the camera. Close it and try again.");
  return t("The browser has not allowed the camera. Click the camera or lock sign beside the address, allow it, and try again.");
}
