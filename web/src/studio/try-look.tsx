import type { JSX } from "preact";
import { t, told } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { agreed, photo, refusal } from "./draft.ts";
import { changed, lookMissing } from "./look.ts";
import { CONSENT_STATEMENT } from "./personas.ts";
import { faceCentre } from "./style-swatch.tsx";
import { cancelTrying, stale, tried, trying, tryLook, type Likeness } from "./trying.ts";

/** The photo before and after, without making an avatar. */
export function TryLook(): JSX.Element | null {
  const now = trying.value;
  if (!changed.value && !tried.value) return null;
  return (
    <section class="try-look" aria-label={t("Before and after")}>
      {tried.value && <BeforeAfter />}
      {now.state === "failed" && <p class="note bad" role="alert"><Icon name="alert" /> {told(now.reason)}</p>}
      {now.state === "working" ? <Working fraction={now.fraction} message={now.message} /> : <TryButton />}
    </section>
  );
}

function TryButton(): JSX.Element {
  const blocked = blockedBy();
  const fresh = tried.value !== null && !stale.value;
  return (
    <div class="row spread wrap">
      <span class="hint" id="try-hint">{t(blocked ?? (fresh ? "The avatar is made with these settings" : "Nothing is kept of it"))}</span>
      <button
        class="button" aria-describedby="try-hint" disabled={blocked !== null}
        onClick={() => photo.value && void tryLook(photo.value.file, { agreed: agreed.value, statement: t(CONSENT_STATEMENT) })}
      >
        <Icon name="image" size={18} /> {tried.value ? t("Try again") : t("See how it looks")}
      </button>
    </div>
  );
}

function blockedBy(): string | null {
  if (!changed.value) return "The photo stays as it is";
  if (refusal.value) return "Choose another photo";
  return lookMissing.value ?? (agreed.value ? null : "First agree to the statement");
}

function Working({ fraction, message }: { fraction: number; message: string }): JSX.Element {
  const percent = Math.round(fraction * 100);
  return (
    <div class="making">
      <div class="row spread"><span aria-live="polite">{told(message)}…</span><span class="soft tabular">{percent}%</span></div>
      <progress class="bar" max={100} value={percent} aria-label={t("Changing the look")} />
      <div class="row end"><button class="button quiet small" onClick={cancelTrying}>{t("Cancel")}</button></div>
    </div>
  );
}

function BeforeAfter(): JSX.Element | null {
  const [before, after] = [photo.value, tried.value];
  if (!before || !after) return null;
  return (
    <>
      <div class={`before-after ${stale.value ? "stale" : ""}`}>
        <figure><img src={before.url} alt={t("The photo")} style={{ objectPosition: faceCentre(before) }} /><figcaption>{t("Before")}</figcaption></figure>
        <figure><img src={after.picture} alt={t("The photo with its new look")} /><figcaption>{stale.value ? t("After, with other settings") : t("After")}</figcaption></figure>
      </div>
      {after.likeness && <LikenessNote likeness={after.likeness} />}
    </>
  );
}

function LikenessNote({ likeness: { distance, kept } }: { likeness: Likeness }): JSX.Element {
  const figure = t("distance of the faces {distance}, below 0.60 they count as the same", { distance: distance.toFixed(2) });
  return kept
    ? <p class="note good"><Icon name="check" /> <span>{t("It still looks like the person in the photo")} <small>({figure})</small></span></p>
    : <p class="note warn"><Icon name="alert" /> <span>{t("This looks like another person. Less strength or other words keep more of the photo")} <small>({figure})</small></span></p>;
}
