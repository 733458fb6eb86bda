import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { getAvatar, listModels, listVoices, type Avatar, type LanguageModel, type Voice } from "../api/avatars.ts";
import { realtimeEndpoint } from "../api/endpoint.ts";
import { ApiError } from "../api/http.ts";
import { language, t } from "../language/language.ts";
import { restPose } from "../motion/channels.ts";
import { Conversation } from "../realtime/conversation.ts";
import { AvatarCanvas, type Drawn } from "../ui/avatar-canvas.tsx";
import { Icon } from "../ui/icons.tsx";
import { Picture } from "../ui/picture.tsx";
import { TopBar } from "../ui/top-bar.tsx";
import { nearest } from "../ui/voice-filter.ts";
import { Captions } from "./captions.tsx";
import { ConnectionNotice } from "./connection-notice.tsx";
import { Dock } from "./dock.tsx";
import { exposeHooks } from "./hooks.ts";
import { useShortcuts } from "./shortcuts.ts";
import { Sidebar } from "./sidebar.tsx";
import { StatusPill } from "./status-pill.tsx";

/** Face to face with one avatar. */
export function Chat({ avatarId }: { avatarId: string }): JSX.Element {
  const model = useSignal("default");
  const models = useSignal<readonly LanguageModel[]>([]);
  const conversation = useMemo(() => new Conversation((fresh) => realtimeEndpoint(avatarId, model.value, fresh)), [avatarId]);
  const frame = useMemo(() => frameSource(conversation), [conversation]);
  const avatar = useSignal<Avatar | null>(null);
  const voices = useSignal<readonly Voice[]>([]);
  const trouble = useSignal<string | null>(null);
  const panelOpen = useSignal(false);
  useShortcuts(conversation);
  useWaking(conversation);
  usePhoneOnly(panelOpen);

  useEffect(() => {
    const conceal = exposeHooks(conversation);
    getAvatar(avatarId).then((found) => {
      avatar.value = found;
      document.title = `${found.name} · Avatar Serving`;
      conversation.open();
    }).catch((error: unknown) => (trouble.value = reasonOf(error)));
    listVoices().then((found) => (voices.value = nearest(found, language.value))).catch(() => undefined);
    listModels().then((found) => (models.value = found)).catch(() => undefined);
    return () => {
      conceal();
      void conversation.close();
    };
  }, [conversation]);

  if (trouble.value) return <Absent reason={trouble.value} />;
  const name = avatar.value?.name ?? t("Avatar");
  return (
    <div class="page chat-page">
      <div class="ambient" aria-hidden="true"><Picture id={avatarId} /></div>
      <TopBar inert={panelOpen.value}>
        <button class="icon-button panel-toggle" aria-label={t("Conversation and settings")} aria-expanded={panelOpen.value} aria-controls="panel" onClick={() => (panelOpen.value = !panelOpen.value)}>
          <Icon name="sliders" />
        </button>
      </TopBar>
      <main class="chat">
        <h1 class="visually-hidden">{t("Talk with {name}", { name })}</h1>
        <section class="stage" aria-label={t("{name}, face to face", { name })} inert={panelOpen.value}>
          <div class="stage-room">
            <div class="stage-frame">
              <AvatarCanvas avatarId={avatarId} label={t("{name}'s face", { name })} frame={frame} />
              <StatusPill conversation={conversation} />
              <Captions conversation={conversation} name={name} />
            </div>
          </div>
          <ConnectionNotice conversation={conversation} />
          <Dock conversation={conversation} name={name} />
        </section>
        <Sidebar
          conversation={conversation} avatar={avatar.value} voices={voices.value} models={models.value} model={model}
          open={panelOpen.value} onClose={() => (panelOpen.value = false)}
        />
      </main>
    </div>
  );
}

/** Browsers give sound only after a gesture; whoever came by a link hears the greeting with their first. */
function useWaking(conversation: Conversation): void {
  useEffect(() => {
    const wake = () => void conversation.performer.speaker.wake();
    const gestures = ["click", "keydown"] as const;
    for (const gesture of gestures) addEventListener(gesture, wake);
    return () => gestures.forEach((gesture) => removeEventListener(gesture, wake));
  }, [conversation]);
}

/** The page is as wide as one that shows the panel beside the face, not over it. */
const WIDE = "(min-width: 981px)";

/** What lies over the page on a phone is beside it once the page is wide. Closed, it gives the focus back. */
function usePhoneOnly(open: Signal<boolean>): void {
  useEffect(() => {
    const wide = matchMedia(WIDE);
    const close = () => wide.matches && (open.value = false);
    wide.addEventListener("change", close);
    return () => wide.removeEventListener("change", close);
  }, []);
  useEffect(() => (open.value ? () => document.querySelector<HTMLElement>(".panel-toggle")?.focus() : undefined), [open.value]);
}

/** One object for every frame: the collector never has to stop the motion for it. */
function frameSource(conversation: Conversation): () => Drawn {
  const drawn = { pose: restPose() };
  return () => {
    drawn.pose = conversation.frame();
    return drawn;
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof ApiError && error.status === 404) return t("The avatar behind this link is not on this server. It may have been deleted.");
  return error instanceof Error ? error.message : String(error);
}

function Absent({ reason }: { reason: string }): JSX.Element {
  return (
    <div class="page">
      <TopBar />
      <main class="absent">
        <h1>{t("Nobody here.")}</h1>
        <p class="lead">{reason}</p>
        <a class="button primary" href="#/"><Icon name="back" /> {t("To the studio")}</a>
      </main>
    </div>
  );
}
