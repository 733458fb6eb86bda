import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../language/language.ts";
import type { Conversation } from "../realtime/conversation.ts";
import { Icon } from "../ui/icons.tsx";
import { MicButton } from "./mic-button.tsx";
import { PictureButton } from "./picture-button.tsx";

/** Said with a picture that comes without words. */
const LOOK = "Look at this picture. What do you see?";

/** Speak, write, stop. */
export function Dock({ conversation, name }: { conversation: Conversation; name: string }): JSX.Element {
  const busy = conversation.behaviour.value === "speaking" || conversation.behaviour.value === "thinking";
  return (
    <div class="dock">
      <MicButton conversation={conversation} />
      <Composer conversation={conversation} name={name} />
      <button
        class="round" aria-label={t("Stop the answer (Escape)")} title={t("Stop (Esc)")} disabled={!busy}
        onClick={() => conversation.stop()}
      >
        <Icon name="stop" />
      </button>
    </div>
  );
}

function Composer({ conversation, name }: { conversation: Conversation; name: string }): JSX.Element {
  const text = useSignal("");
  const picture = useSignal<string | null>(null);
  const connected = conversation.connection.value.state === "open";

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void conversation.performer.speaker.wake();
    const words = text.value.trim() || (picture.value ? t(LOOK) : "");
    if (!words || !conversation.say(words, picture.value)) return;
    text.value = "";
    picture.value = null;
  }

  return (
    <form class="composer" onSubmit={submit}>
      <PictureButton
        picture={picture.value} onPicture={(url) => (picture.value = url)}
        onTrouble={(reason) => (conversation.notice.value = reason)}
      />
      <input
        id="composer" class="composer-input" placeholder={t("Write to {name}…", { name })} aria-label={t("Write to {name}", { name })} value={text.value}
        autocomplete="off" enterkeyhint="send" maxLength={4000} onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <button class="composer-send" aria-label={t("Send")} disabled={!connected || !(text.value.trim() || picture.value)}><Icon name="send" size={18} /></button>
    </form>
  );
}
