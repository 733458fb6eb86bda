import type { JSX } from "preact";
import { t, told } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { agreed, cancelMaking, catalogueTrouble, make, making, missing } from "./draft.ts";
import { CONSENT_STATEMENT } from "./personas.ts";

/** Consent, the button, and the progress that follows it. */
export function CreatePanel(): JSX.Element {
  const now = making.value;
  return (
    <section class="card create" aria-label={t("Create")}>
      <label class="tick">
        <input type="checkbox" checked={agreed.value} required disabled={now.state === "working"} onChange={(event) => (agreed.value = event.currentTarget.checked)} />
        <span>{t(CONSENT_STATEMENT)}</span>
      </label>
      {catalogueTrouble.value && <p class="note warn" role="alert"><Icon name="alert" /> {catalogueTrouble.value}</p>}
      {now.state === "failed" && <p class="note bad" role="alert"><Icon name="alert" /> {told(now.reason)}</p>}
      {now.state === "working" ? <Progress fraction={now.fraction} message={now.message} /> : <CreateButton />}
    </section>
  );
}

function CreateButton(): JSX.Element {
  const blocked = missing.value;
  return (
    <div class="row spread wrap">
      <span class="hint" id="create-hint">{t(blocked ?? "Ready when you are")}</span>
      <button class="button primary large" aria-describedby="create-hint" disabled={blocked !== null} onClick={() => void make()}>
        <Icon name="sparkle" /> {t("Create avatar")}
      </button>
    </div>
  );
}

function Progress({ fraction, message }: { fraction: number; message: string }): JSX.Element {
  const percent = Math.round(fraction * 100);
  return (
    <div class="making">
      <div class="row spread">
        <span aria-live="polite">{told(message)}…</span>
        <span class="soft tabular">{percent}%</span>
      </div>
      <progress class="bar" max={100} value={percent} aria-label={t("Making the avatar")} />
      <div class="row end"><button class="button quiet small" onClick={cancelMaking}>{t("Cancel")}</button></div>
    </div>
  );
}
