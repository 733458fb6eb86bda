import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../language/language.ts";
import type { Conversation } from "../realtime/conversation.ts";
import type { MicrophoneState } from "../realtime/listener.ts";
import { Icon } from "../ui/icons.tsx";

const MICROPHONE_HELP: Readonly<Partial<Record<MicrophoneState, string>>> = {
  refused: "The microphone is blocked for this page. Click the microphone or lock sign beside the address, choose Allow, then press Start talking again. You can type meanwhile.",
  absent: "No microphone was found. Plug one in or turn on a headset, then press Start talking again. You can type meanwhile.",
  busy: "Another program is using the microphone. Close it, then press Start talking again. You can type meanwhile.",
  insecure: "Browsers give the microphone only to secure pages. Open this one through https:// or http://localhost. Typing works here.",
  failed: "The microphone did not start. Press Start talking to try again, or reload the page. You can type meanwhile.",
};

/** What is in the way of the conversation, and what to do about it. */
export function ConnectionNotice({ conversation }: { conversation: Conversation }): JSX.Element {
  const { text, lost } = useNotice(conversation);
  return (
    <div class="notices" role="alert">
      {text && (
        <p class="note warn">
          <Icon name="alert" size={18} /> <span>{text}</span>
          {lost && <button class="button small" onClick={() => conversation.reconnect()}>{t("Try now")}</button>}
          <button class="note-close" aria-label={t("Dismiss")} onClick={() => conversation.dismiss()}><Icon name="close" size={16} /></button>
        </p>
      )}
    </div>
  );
}

interface Notice {
  readonly text: string | null;
  /** The connection is what is in the way. */
  readonly lost: boolean;
}

/** While a lost connection is tried again and again, the same words stay: a screen reader says them once. */
function useNotice(conversation: Conversation): Notice {
  const connection = conversation.connection.value;
  const reason = useReason(conversation);
  const loss = useRef<string | null>(null);
  if (connection.state === "waiting") {
    loss.current = [sentence(connection.reason) || reason || t("The connection was lost."), t("Trying again. The conversation goes on where it was.")].join(" ");
  } else if (connection.state !== "connecting") {
    loss.current = null;
  }
  const text = loss.current ?? conversation.notice.value ?? helpWith(conversation.listener.state.value);
  return { text, lost: loss.current !== null };
}

function helpWith(microphone: MicrophoneState): string | null {
  const help = MICROPHONE_HELP[microphone];
  return help ? t(help) : null;
}

/** A refused socket tells a browser nothing, so ask the server over HTTP how it is. */
function useReason(conversation: Conversation): string | null {
  const reason = useSignal<string | null>(null);
  useSignalEffect(() => {
    if (conversation.connection.value.state !== "waiting") return;
    fetch("/readyz")
      .then(async (response) => {
        reason.value = response.ok ? null : await refusalText(response);
      })
      .catch(() => (reason.value = navigator.onLine ? t("The server cannot be reached.") : t("This computer is offline.")));
  });
  return reason.value;
}

async function refusalText(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
  return sentence(body?.error?.message ?? t("The server is not ready"));
}

function sentence(text: string): string {
  const trimmed = text.replace(/[.\s]*$/, "");
  return trimmed && `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}.`;
}
