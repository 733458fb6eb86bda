import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../language/language.ts";
import { LanguageChoice } from "../ui/language-choice.tsx";
import { TopBar } from "../ui/top-bar.tsx";
import { Characters } from "./characters.tsx";
import { CreatePanel } from "./create-panel.tsx";
import { Created } from "./created.tsx";
import { loadCatalogue, making, photo } from "./draft.ts";
import { Gallery } from "./gallery.tsx";
import { Hero } from "./hero.tsx";
import { ImportDialog } from "./import-dialog.tsx";
import { incoming, takeFiles } from "./incoming.ts";
import { looks } from "./look.ts";
import { LookPicker } from "./look-picker.tsx";
import { PersonaPicker } from "./persona-picker.tsx";
import { imagesIn } from "./photo.ts";
import { PhotoCard } from "./photo-card.tsx";
import { ReviewList } from "./review-list.tsx";
import { VoicePicker } from "./voice-picker.tsx";

/** From a photo to an avatar. */
export function Studio(): JSX.Element {
  useEffect(() => {
    document.title = t("Studio · Avatar Serving");
    void loadCatalogue();
    const paste = (event: ClipboardEvent) => void takeFiles(imagesIn(event.clipboardData));
    addEventListener("paste", paste);
    return () => removeEventListener("paste", paste);
  }, []);

  return (
    <div class="page">
      <TopBar />
      <main class="studio">
        {making.value.state === "done" ? <Created avatar={making.value.avatar} /> : photo.value ? <Workbench /> : <Hero />}
        <Gallery />
        {looks.value?.training && <Characters />}
        {incoming.value && <ImportDialog key={incoming.value.file} brought={incoming.value} />}
      </main>
      <footer class="footer soft">
        {t("Pictures are looked at and kept on the server you are connected to, and nowhere else.")} <a href="/docs">API</a> <LanguageChoice />
      </footer>
    </div>
  );
}

function Workbench(): JSX.Element {
  const busy = making.value.state === "working";
  const title = useRef<HTMLHeadingElement>(null);
  // Whoever chose the photo further down, or by a key that is gone now, goes on at the top.
  useEffect(() => {
    scrollTo({ top: 0 });
    title.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="workbench">
      <h1 ref={title} tabIndex={-1} class="visually-hidden">{t("Design your avatar")}</h1>
      <aside class="bench-side">
        <PhotoCard />
        <CreatePanel />
      </aside>
      <div class="design">
        <ReviewList />
        <fieldset class="steps" disabled={busy} aria-label={t("Look, voice and character")}>
          <LookPicker />
          <VoicePicker />
          <PersonaPicker />
        </fieldset>
      </div>
    </div>
  );
}
