import type { JSX } from "preact";
import type { Check } from "../api/avatars.ts";
import { t, told } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { dropPhoto, refusalOf, reviewing, severalFaces, type Reviewing } from "./draft.ts";

const TITLES: Readonly<Record<string, string>> = {
  decodable: "Readable", size: "Resolution", face: "Face", faces: "One person", face_size: "Face size", framing: "Framing",
  sharpness: "Sharpness", exposure: "Light", pose: "Facing the camera", occlusion: "Nothing in the way",
  nsfw: "Suitable", mouth: "Mouth", eyes: "Eyes", drawing: "Drawing",
};

/** What a remark is about, where the title says that all is well. */
const MATTERS: Readonly<Record<string, string>> = {
  decodable: "File", faces: "People", pose: "Direction", occlusion: "Visibility", nsfw: "Content",
};

/** How good the photo is for an avatar, in words. */
export function ReviewList(): JSX.Element {
  const looked = reviewing.value;
  return (
    <section class="card" aria-labelledby="review-title" aria-busy={looked.state === "looking"}>
      <h2 id="review-title">{t("The photo")}</h2>
      <div aria-live="polite">
        {looked.state === "looking" && <Looking />}
        {looked.state === "failed" && <p class="note bad"><Icon name="alert" /> {told(looked.reason)}</p>}
        {looked.state === "done" && severalFaces(looked) && <WhichFace count={looked.result.review.faces.length} />}
        {looked.state === "done" && !severalFaces(looked) && <Verdict checks={looked.result.review.checks} refusal={refusalOf(looked.result)} />}
        {looked.state === "done" && looked.result.review.measured && isRefused(looked) && (
          <img class="measured" src={looked.result.review.measured} alt={t("What was measured: outline, eyes, brows and mouth")} />
        )}
        {isRefused(looked) && <button class="button another" onClick={dropPhoto}><Icon name="image" size={18} /> {t("Choose another photo")}</button>}
      </div>
    </section>
  );
}

function Looking(): JSX.Element {
  return (
    <div class="stack">
      <p class="soft looking-text">{t("Taking a good look…")}</p>
      <progress class="bar" aria-label={t("Looking at the photo")} />
    </div>
  );
}

function WhichFace({ count }: { count: number }): JSX.Element {
  return <p class="note good"><Icon name="image" /> {t("There are {count} faces in the picture. Click the one that you mean.", { count })}</p>;
}

function isRefused(looked: Reviewing): boolean {
  return looked.state === "failed" || (looked.state === "done" && refusalOf(looked.result) !== null);
}

function Verdict({ checks, refusal }: { checks: readonly Check[]; refusal: string | null }): JSX.Element {
  const remarks = checks.filter((check) => check.verdict !== "good");
  const good = checks.filter((check) => check.verdict === "good");
  return (
    <>
      {refusal && <p class="note bad"><Icon name="alert" /> {told(refusal)}</p>}
      {!refusal && remarks.length === 0 && <p class="note good"><Icon name="check" /> {t("A fine portrait. Everything looks good.")}</p>}
      <ul class="checks">
        {remarks.filter((check) => check.reason !== refusal).map((check) => <Remark key={check.name} check={check} />)}
      </ul>
      <ul class="ticks" aria-label={t("What is good")}>
        {good.map((check) => (
          <li key={check.name} title={told(check.reason)}><Icon name="check" size={14} /> {titleOf(check.name)}</li>
        ))}
      </ul>
    </>
  );
}

function Remark({ check }: { check: Check }): JSX.Element {
  return (
    <li class={check.verdict === "refused" ? "bad" : "fair"}>
      <Icon name="alert" size={16} />
      <span><strong>{t(MATTERS[check.name] ?? titleOf(check.name))}{t(".")}</strong> {told(check.reason)}</span>
    </li>
  );
}

function titleOf(name: string): string {
  const plain = name.replaceAll("_", " ");
  return t(TITLES[name] ?? plain.charAt(0).toUpperCase() + plain.slice(1));
}
