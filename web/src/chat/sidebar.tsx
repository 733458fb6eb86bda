import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Avatar, LanguageModel, Voice } from "../api/avatars.ts";
import { t } from "../language/language.ts";
import type { Conversation } from "../realtime/conversation.ts";
import { Icon } from "../ui/icons.tsx";
import { CameraPanel } from "./camera-panel.tsx";
import { LatencyPanel } from "./latency-panel.tsx";
import { MemoryPanel } from "./memory-panel.tsx";
import { Script } from "./script.tsx";
import { Settings } from "./settings.tsx";

interface Props {
  readonly conversation: Conversation;
  readonly avatar: Avatar | null;
  readonly voices: readonly Voice[];
  readonly models: readonly LanguageModel[];
  readonly model: Signal<string>;
  readonly open: boolean;
  readonly onClose: () => void;
}

const TABS = [{ id: "script", name: "Conversation" }, { id: "settings", name: "Settings" }] as const;

type Tab = (typeof TABS)[number]["id"];

/** Beside the face: what was said, or how the talk should go. On a phone it is a sheet. */
export function Sidebar({ conversation, avatar, voices, models, model, open, onClose }: Props): JSX.Element {
  const tab = useSignal<Tab>("script");
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => void (open && close.current?.focus()), [open]);

  function press(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    onClose();
  }

  return (
    <>
      {open && <div class="scrim" onClick={onClose} />}
      <aside id="panel" class={`sidebar ${open ? "open" : ""}`} aria-label={t("Conversation and settings")} onKeyDown={press}>
        <div class="sidebar-head">
          <Tabs chosen={tab.value} onChoose={(id) => (tab.value = id)} />
          <button ref={close} class="icon-button sheet-close" aria-label={t("Close")} onClick={onClose}><Icon name="close" /></button>
        </div>
        <section id="tab-script" class="script" role="tabpanel" aria-labelledby="for-script" hidden={tab.value !== "script"}>
          <Script conversation={conversation} name={avatar?.name ?? t("Avatar")} />
        </section>
        {/* Hidden, not absent: a camera that is on stays on while the conversation is read. */}
        <section id="tab-settings" class="panels" role="tabpanel" aria-labelledby="for-settings" hidden={tab.value !== "settings"}>
          {avatar && <Settings conversation={conversation} avatar={avatar} voices={voices} models={models} model={model} />}
          {avatar && <CameraPanel conversation={conversation} name={avatar.name} />}
          {avatar && <MemoryPanel conversation={conversation} avatarId={avatar.id} name={avatar.name} />}
          <LatencyPanel conversation={conversation} />
        </section>
      </aside>
    </>
  );
}

/** Arrow keys move between tabs, as readers of a tab list expect. */
function Tabs({ chosen, onChoose }: { chosen: Tab; onChoose: (tab: Tab) => void }): JSX.Element {
  function press(event: KeyboardEvent): void {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = TABS.find(({ id }) => id !== chosen);
    if (next) onChoose(next.id);
    if (next) document.getElementById(`for-${next.id}`)?.focus();
  }

  return (
    <div class="switch" role="tablist" aria-label={t("Conversation and settings")} onKeyDown={press}>
      {TABS.map(({ id, name }) => (
        <button
          key={id} id={`for-${id}`} role="tab" aria-selected={chosen === id} aria-controls={`tab-${id}`} tabIndex={chosen === id ? 0 : -1}
          onClick={() => onChoose(id)}
        >
          {t(name)}
        </button>
      ))}
    </div>
  );
}
