import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Avatar } from "../api/avatars.ts";
import { createVideo, deleteVideo, fetchVideo, followVideo, type Video, type VideoRequest } from "../api/videos.ts";
import { t } from "../language/language.ts";
import { fileStem } from "../ui/download.ts";
import { FileField } from "../ui/file-field.tsx";
import { Icon } from "../ui/icons.tsx";

const SHAPES = [["512x512", "Square"], ["1280x720", "Wide"], ["720x1280", "Tall"]] as const;
const MOODS = [
  ["neutral", "Neutral"], ["joy", "Joyful"], ["sadness", "Sad"], ["anger", "Angry"], ["surprise", "Surprised"], ["concern", "Concerned"],
] as const;
const STEPS: Record<string, string> = { speak: "Speaking", animate: "Moving the face", render: "Drawing" };

interface Made {
  readonly video: Video;
  readonly url: string;
  readonly file: string;
}

/** A text or a recording becomes a video file of an avatar. */
export function VideoDialog({ avatar, onClose }: { avatar: Avatar; onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const stop = useRef(new AbortController());
  const making = useSignal<Video | null>(null);
  const made = useSignal<Made | null>(null);
  const trouble = useSignal<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return () => {
      stop.current.abort();
      if (made.value) URL.revokeObjectURL(made.value.url);
    };
  }, []);

  async function make(body: VideoRequest, audio: File | null): Promise<void> {
    trouble.value = null;
    let asked: Video | null = null;
    try {
      asked = making.value = await createVideo(body, audio);
      for await (const video of followVideo(asked.id, stop.current.signal)) making.value = video;
      const url = URL.createObjectURL(await fetchVideo(asked.id));
      made.value = { video: making.value, url, file: `${fileStem(avatar.name)}.${body.format}` };
    } catch (error) {
      if (!stop.current.signal.aborted) trouble.value = error instanceof Error ? error.message : String(error);
    } finally {
      making.value = null;
      if (asked) await deleteVideo(asked.id).catch(() => undefined);
    }
  }

  return (
    <dialog ref={dialog} class="dialog video" aria-labelledby="video-title" onClose={onClose}>
      <div class="stack">
        <h2 id="video-title">{t("A video of {name}", { name: avatar.name })}</h2>
        {trouble.value && <p class="note bad" role="alert"><Icon name="alert" /> {trouble.value}</p>}
        {made.value ? <Result made={made.value} /> : <Wishes avatar={avatar} making={making.value} onMake={(body, audio) => void make(body, audio)} />}
        <div class="row end">
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>{making.value ? t("Cancel") : t("Close")}</button>
          {made.value && <a class="button primary" href={made.value.url} download={made.value.file}><Icon name="download" size={18} /> {t("Save")}</a>}
          {!made.value && <button form="video-form" class="button primary" disabled={making.value !== null}><Icon name="film" size={18} /> {t("Make the video")}</button>}
        </div>
      </div>
    </dialog>
  );
}

interface WishesProps {
  readonly avatar: Avatar;
  readonly making: Video | null;
  readonly onMake: (body: VideoRequest, audio: File | null) => void;
}

function Wishes({ avatar, making, onMake }: WishesProps): JSX.Element {
  const recorded = useSignal(false);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "");
    const background = text("background") === "colour" ? text("colour") : text("background");
    const audio = form.get("audio");
    const body: VideoRequest = {
      avatar: avatar.id,
      text: text("text"),
      size: text("size"),
      background,
      mood: text("mood"),
      format: background === "transparent" ? "webm" : "mp4",
    };
    onMake(body, audio instanceof File && audio.size > 0 ? audio : null);
  }

  return (
    <form id="video-form" class="stack" onSubmit={submit}>
      <fieldset class="stack bare" disabled={making !== null}>
        <label class="field">
          <span class="label">{t("What should {name} say?", { name: avatar.name })}</span>
          <textarea class="input" name="text" rows={4} placeholder={t("Hello, and welcome.")} required={!recorded.value} disabled={recorded.value} />
        </label>
        <FileField label={t("Or a recording")} name="audio" accept="audio/*,video/*" onChange={(files) => (recorded.value = files.length === 1)} />
        <div class="video-choices">
          <Choice name="size" label={t("Shape")} options={SHAPES} />
          <Choice name="mood" label={t("Mood")} options={MOODS} />
          <Background />
        </div>
      </fieldset>
      {making && <Advance video={making} />}
    </form>
  );
}

function Choice({ name, label, options }: { name: string; label: string; options: readonly (readonly [string, string])[] }): JSX.Element {
  return (
    <label class="field">
      <span class="label">{label}</span>
      <select class="input" name={name}>
        {options.map(([value, shown]) => <option key={value} value={value}>{t(shown)}</option>)}
      </select>
    </label>
  );
}

function Background(): JSX.Element {
  const chosen = useSignal("keep");
  return (
    <div class="field">
      <label class="label" for="video-background">{t("Background")}</label>
      <select id="video-background" class="input" name="background" value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
        <option value="keep">{t("As in the picture")}</option>
        <option value="colour">{t("A colour")}</option>
        <option value="transparent">{t("None (transparent)")}</option>
      </select>
      {chosen.value === "colour" && <input class="input" type="color" name="colour" value="#2060a0" aria-label={t("Colour of the background")} />}
    </div>
  );
}

function Advance({ video }: { video: Video }): JSX.Element {
  const step = t(video.status === "queued" ? "Waiting for its turn" : (STEPS[video.step] ?? "Beginning"));
  return (
    <div class="stack" role="status">
      <progress class="bar" max={100} value={video.progress} aria-label={t("Making the video")} />
      <p class="soft">{step}… {video.progress}%</p>
    </div>
  );
}

function Result({ made }: { made: Made }): JSX.Element {
  const { seconds, speed } = made.video;
  return (
    <div class="stack">
      <video src={made.url} controls autoplay playsInline />
      <p class="soft">{t("{seconds} s, made at {speed} times real time.", { seconds: seconds?.toFixed(1) ?? "", speed: speed?.toFixed(1) ?? "" })}</p>
    </div>
  );
}
