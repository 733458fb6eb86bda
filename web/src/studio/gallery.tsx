import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Avatar } from "../api/avatars.ts";
import { avatars, discardAvatar, refreshAvatars, shelfTrouble } from "../avatars/shelf.ts";
import { t } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { Picture } from "../ui/picture.tsx";
import { talkLink } from "../ui/route.ts";
import { ExportDialog } from "./export-dialog.tsx";
import { ImportButton } from "./import-button.tsx";
import { VideoDialog } from "./video-dialog.tsx";

/** The avatars that exist. */
export function Gallery(): JSX.Element | null {
  const doomed = useSignal<Avatar | null>(null);
  const filmed = useSignal<Avatar | null>(null);
  const saved = useSignal<Avatar | null>(null);
  const trouble = useSignal<string | null>(null);
  if (shelfTrouble.value) return <Unreachable reason={shelfTrouble.value} />;
  if (!avatars.value?.length) return null;

  async function attempt(work: Promise<void>): Promise<void> {
    trouble.value = null;
    await work.catch((error: unknown) => (trouble.value = error instanceof Error ? error.message : String(error)));
  }

  return (
    <section class="gallery" aria-labelledby="gallery-title">
      <div class="row spread">
        <h2 id="gallery-title">{t("Your avatars")}</h2>
        <ImportButton />
      </div>
      {trouble.value && <p class="note bad" role="alert"><Icon name="alert" /> {trouble.value}</p>}
      <ul>
        {avatars.value.map((avatar) => (
          <Tile
            key={avatar.id} avatar={avatar} onFilm={() => (filmed.value = avatar)}
            onSave={() => (saved.value = avatar)} onDelete={() => (doomed.value = avatar)}
          />
        ))}
      </ul>
      {saved.value && <ExportDialog avatar={saved.value} onClose={() => (saved.value = null)} />}
      {filmed.value && <VideoDialog avatar={filmed.value} onClose={() => (filmed.value = null)} />}
      {doomed.value && (
        <ConfirmDelete
          avatar={doomed.value}
          onClose={() => (doomed.value = null)}
          onConfirm={(avatar) => void attempt(discardAvatar(avatar.id))}
        />
      )}
    </section>
  );
}

interface TileProps {
  readonly avatar: Avatar;
  readonly onFilm: () => void;
  readonly onSave: () => void;
  readonly onDelete: () => void;
}

function Tile({ avatar, onFilm, onSave, onDelete }: TileProps): JSX.Element {
  const { name } = avatar;
  return (
    <li class="tile">
      <a href={talkLink(avatar.id)} aria-label={t("Talk with {name}", { name })}>
        <Picture id={avatar.id} />
        <span class="tile-talk"><Icon name="chat" size={16} /> {t("Talk")}</span>
      </a>
      <div class="tile-words">
        <span class="tile-name">{avatar.name}</span>
        <button class="icon-button" aria-label={t("Make a video of {name}", { name })} title={t("Make a video")} onClick={onFilm}><Icon name="film" size={17} /></button>
        <button class="icon-button" aria-label={t("Download {name}", { name })} title={t("Download")} onClick={onSave}><Icon name="download" size={17} /></button>
        <button class="icon-button" aria-label={t("Delete {name}", { name })} title={t("Delete")} onClick={onDelete}><Icon name="trash" size={17} /></button>
      </div>
    </li>
  );
}

interface ConfirmProps {
  readonly avatar: Avatar;
  readonly onClose: () => void;
  readonly onConfirm: (avatar: Avatar) => void;
}

function ConfirmDelete({ avatar, onClose, onConfirm }: ConfirmProps): JSX.Element {
  const shown = useRef<HTMLDialogElement | null>(null);
  const show = (dialog: HTMLDialogElement | null) => {
    shown.current = dialog;
    if (dialog && !dialog.open) dialog.showModal();
  };
  return (
    <dialog ref={show} class="dialog" aria-labelledby="delete-title" onClose={onClose}>
      <div class="stack">
        <h2 id="delete-title">{t("Delete {name}?", { name: avatar.name })}</h2>
        <p class="soft">{t("The avatar and its picture are removed from the server for good.")}</p>
        <div class="row end">
          <button class="button quiet" onClick={() => shown.current?.close()}>{t("Keep it")}</button>
          <button class="button danger" onClick={() => { onConfirm(avatar); shown.current?.close(); }}><Icon name="trash" size={18} /> {t("Delete")}</button>
        </div>
      </div>
    </dialog>
  );
}

function Unreachable({ reason }: { reason: string }): JSX.Element {
  return (
    <p class="note warn row spread" role="alert">
      <span><Icon name="alert" /> {reason}</span>
      <button class="button small" onClick={() => void refreshAvatars()}>{t("Try again")}</button>
    </p>
  );
}
