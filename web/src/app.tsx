import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { refreshAvatars } from "./avatars/shelf.ts";
import { Chat } from "./chat/chat.tsx";
import { language } from "./language/language.ts";
import { Studio } from "./studio/studio.tsx";
import { KeyDialog } from "./ui/key-dialog.tsx";
import { route } from "./ui/route.ts";

/** The page: one of its two views. */
export function App(): JSX.Element {
  useEffect(() => void refreshAvatars(), []);
  useSignalEffect(() => {
    document.documentElement.lang = language.value;
  });
  const now = route.value;
  return (
    <>
      {now.view === "talk" ? <Chat key={now.avatarId} avatarId={now.avatarId} /> : <Studio />}
      <KeyDialog />
    </>
  );
}
