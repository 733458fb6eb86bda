import type { ComponentChildren, JSX } from "preact";
import { avatars } from "../avatars/shelf.ts";
import { t } from "../language/language.ts";
import { route, talkLink } from "./route.ts";

interface Props {
  readonly children?: ComponentChildren;
  /** Something lies over it. */
  readonly inert?: boolean;
}

/** The name of the product and the way between its two views. */
export function TopBar({ children, inert = false }: Props): JSX.Element {
  const latest = avatars.value?.[0];
  const view = route.value.view;
  const talking = route.value.view === "talk" ? route.value.avatarId : latest?.id;
  return (
    <header class="top-bar" inert={inert}>
      <a class="brand" href="#/" aria-label={t("Avatar Serving, studio")}>
        <img src="./icon.svg" alt="" width="28" height="28" />
        <span>Avatar Serving</span>
      </a>
      <nav aria-label={t("Views")} class="switch">
        <a href="#/" aria-current={view === "studio" ? "page" : undefined}>{t("Studio")}</a>
        {talking ? (
          <a href={talkLink(talking)} aria-current={view === "talk" ? "page" : undefined}>{t("Talk")}</a>
        ) : (
          <span aria-disabled="true" title={t("Make an avatar first")}>{t("Talk")}</span>
        )}
      </nav>
      <div class="top-right">{children}</div>
    </header>
  );
}
