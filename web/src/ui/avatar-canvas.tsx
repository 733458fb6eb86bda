import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { breathAt } from "../avatars/breath.ts";
import { loadPackage } from "../avatars/shelf.ts";
import { openView, type AvatarView } from "../avatars/view.ts";
import { t } from "../language/language.ts";
import type { Pose } from "../motion/channels.ts";
import { Picture } from "./picture.tsx";

export interface Drawn {
  readonly pose: Pose;
  /** 1 shows the uploaded picture as it was, 0 the face that *pose* makes. */
  readonly photo?: number;
}

interface Props {
  readonly avatarId: string;
  readonly label: string;
  /** What to draw now; called once for each frame. */
  readonly frame: () => Drawn;
  readonly onReady?: () => void;
}

/** An avatar, alive: loads its package and draws it at the rate of the screen. */
export function AvatarCanvas({ avatarId, label, frame, onReady }: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frameNow = useRef(frame);
  frameNow.current = frame;
  const trouble = useSignal<string | null>(null);
  const ready = useSignal(false);

  useEffect(() => {
    ready.value = false;
    trouble.value = null;
    return animate(canvas.current as HTMLCanvasElement, avatarId, () => frameNow.current(), {
      ready: () => {
        ready.value = true;
        onReady?.();
      },
      failed: (reason) => (trouble.value = reason),
    });
  }, [avatarId]);

  return (
    <div class={`avatar-canvas ${ready.value ? "ready" : ""}`} key={avatarId}>
      <canvas ref={canvas} role="img" aria-label={label} />
      {!ready.value && !trouble.value && (
        <div class="avatar-coming">
          <Picture id={avatarId} />
          <progress class="bar" aria-label={t("Fetching the avatar")} />
        </div>
      )}
      {trouble.value && <p class="avatar-trouble" role="alert">{trouble.value}</p>}
    </div>
  );
}

interface Reports {
  ready(): void;
  failed(reason: string): void;
}

function animate(canvas: HTMLCanvasElement, avatarId: string, frame: () => Drawn, reports: Reports): () => void {
  let view: AvatarView | null = null;
  let stopped = false;
  let request = 0;
  const resized = new ResizeObserver(() => view?.resize(canvas.clientWidth));

  function draw(): void {
    const { pose, photo = 0 } = frame();
    view?.draw(pose, photo, (1 - photo) * breathAt(performance.now() / 1000));
    request = requestAnimationFrame(draw);
  }

  function start(made: AvatarView): void {
    if (stopped) return made.dispose();
    view = made;
    // Where the page shows less than the square, it shows the head.
    canvas.style.setProperty("--head", String(made.headAcross));
    view.resize(canvas.clientWidth);
    resized.observe(canvas);
    draw();
    reports.ready();
  }

  loadPackage(avatarId)
    .then((avatar) => openView(canvas, avatar))
    .then(start)
    .catch((error: unknown) => !stopped && reports.failed(reasonOf(error)));

  return () => {
    stopped = true;
    cancelAnimationFrame(request);
    resized.disconnect();
    view?.dispose();
  };
}

function reasonOf(error: unknown): string {
  const detail = error instanceof Error ? error.message : String(error);
  if (/webgl/i.test(detail)) return t("This browser cannot draw in 3D (WebGL is off), so the avatar stays unseen. You can still hear it.");
  return t("The avatar cannot be shown: {detail}", { detail });
}
