import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Avatar } from "../api/avatars.ts";
import { t } from "../language/language.ts";
import { QuietLoop } from "../motion/clips.ts";
import { restPose } from "../motion/channels.ts";
import { AvatarCanvas, type Drawn } from "../ui/avatar-canvas.tsx";
import { Icon } from "../ui/icons.tsx";
import { talkLink } from "../ui/route.ts";
import { dropPhoto } from "./draft.ts";
import { ExportDialog } from "./export-dialog.tsx";
import { easeTowards, EXPRESSIONS, layered, poseOf, type Expression } from "./poses.ts";

/** The avatar is there: watch it move, try its face, talk with it. */
export function Created({ avatar }: { avatar: Avatar }): JSX.Element {
  const { name } = avatar;
  const tried = useSignal<Expression | null>(null);
  const saving = useSignal(false);
  const puppet = useMemo(() => new Puppet(() => tried.value), [avatar.id]);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    scrollTo({ top: 0, behavior: "smooth" });
    title.current?.focus({ preventScroll: true });
  }, [avatar.id]);
  return (
    <section class="created" aria-labelledby="created-title">
      <div class="portrait-frame"><AvatarCanvas avatarId={avatar.id} label={t("{name}, moving", { name })} frame={() => puppet.frame()} /></div>
      <div class="created-words">
        <p class="eyebrow">{t("Your avatar is ready")}</p>
        <h1 id="created-title" ref={title} tabIndex={-1}>{t("Meet {name}.", { name })}</h1>
        {avatar.description && <p class="lead">{avatar.description}</p>}
        <div class="chips" role="group" aria-label={t("Try an expression")}>
          {EXPRESSIONS.map((expression) => (
            <button
              key={expression.name} class="chip" aria-pressed={tried.value === expression}
              onClick={() => (tried.value = tried.value === expression ? null : expression)}
            >
              {t(expression.name)}
            </button>
          ))}
        </div>
        <div class="row wrap">
          <a class="button primary large" href={talkLink(avatar.id)}><Icon name="chat" /> {t("Talk with {name}", { name })}</a>
          <button class="button" onClick={() => (saving.value = true)}><Icon name="download" /> {t("Download")}</button>
          <button class="button quiet" onClick={dropPhoto}>{t("Make another")}</button>
        </div>
        {saving.value && <ExportDialog avatar={avatar} onClose={() => (saving.value = false)} />}
      </div>
    </section>
  );
}

/** Idle motion with the chosen expression eased in over it. */
class Puppet {
  private readonly idle = new QuietLoop();
  private readonly idlePose = restPose();
  private readonly expression = restPose();
  private readonly out = restPose();
  private readonly drawn: Drawn = { pose: this.out };
  private last = performance.now();

  constructor(private readonly chosen: () => Expression | null) {}

  frame(): Drawn {
    const now = performance.now();
    easeTowards(this.expression, poseOf(this.chosen()), (now - this.last) / 1000);
    this.last = now;
    this.idle.sample(now / 1000, this.idlePose);
    layered(this.idlePose, this.expression, this.out);
    return this.drawn;
  }
}
