import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Looks } from "../api/looks.ts";
import { t, told } from "../language/language.ts";
import { Fold } from "../ui/fold.tsx";
import { photo } from "./draft.ts";
import { backgroundColour, backgroundImage, backgroundKind, looks, redrawing, restore, strength, style, type BackgroundKind } from "./look.ts";
import { more } from "./more.ts";
import { Redraw } from "./redraw.tsx";
import { StyleSwatch } from "./style-swatch.tsx";
import { TryLook } from "./try-look.tsx";

const BACKGROUNDS: readonly { readonly kind: BackgroundKind; readonly name: string; readonly wire: string }[] = [
  { kind: "keep", name: "Keep", wire: "keep" },
  { kind: "blur", name: "Blur", wire: "blur" },
  { kind: "colour", name: "Colour", wire: "#rrggbb" },
  { kind: "image", name: "Picture", wire: "image" },
];

/** On a phone the styles would push the button that makes the avatar off the screen. */
const NARROW_PIXELS = 820;

/** How the photo changes on its way to the avatar. */
export function LookPicker(): JSX.Element | null {
  const offered = looks.value;
  if (!offered) return null;
  if (more.value.length) {
    return <Fold title={t("Look")} now={t("As in the pictures")} open={false}><p class="hint">{t("Several pictures are taken as they are. Remove them to change how one looks.")}</p></Fold>;
  }
  return (
    <Fold title={t("Look")} now={chosen(offered.styles)} open={innerWidth > NARROW_PIXELS}>
      <div class="swatches" role="radiogroup" aria-label={t("Style")}>
        {withNone(offered.styles).map(({ id, name }) => (
          <label key={id} class="swatch">
            <input type="radio" name="style" checked={style.value === id} onChange={() => (style.value = id)} />
            <StyleSwatch id={id} photo={photo.value?.width ? photo.value : null} />
            <span>{id === "none" ? t(name) : told(name)}</span>
          </label>
        ))}
      </div>
      <Redraw offered={offered.drawing} />
      {hasStrength(offered) && <Strength />}
      {offered.restore && (
        <label class="tick">
          <input type="checkbox" checked={restore.value} onChange={(event) => (restore.value = event.currentTarget.checked)} />
          <span>{t("Restore first")} <small>{t("sharpens small, old or noisy photos")}</small></span>
        </label>
      )}
      <Background offered={offered.backgrounds} />
      <TryLook />
    </Fold>
  );
}

/** A drawing gives up as much of the photo as it is told; of the filters, anime is all or nothing. */
function hasStrength({ drawing }: Looks): boolean {
  return drawing ? redrawing.value || style.value !== "none" : style.value !== "none" && style.value !== "anime";
}

function chosen(styles: readonly { id: string; name: string }[]): string {
  const name = withNone(styles).find(({ id }) => id === style.value)?.name ?? "";
  return style.value === "none" ? t(name) : told(name);
}

function withNone(styles: readonly { id: string; name: string }[]): readonly { id: string; name: string }[] {
  const painted = styles.filter(({ id }) => id !== "none");
  return [{ id: "none", name: "As it is" }, ...painted];
}

function Strength(): JSX.Element {
  return (
    <label class="slider">
      <span>{t("Strength")}</span>
      <input
        type="range" min="0.1" max="1" step="0.05" value={strength.value}
        onInput={(event) => (strength.value = event.currentTarget.valueAsNumber)}
      />
      <output>{Math.round(strength.value * 100)}%</output>
    </label>
  );
}

function Background({ offered }: { offered: readonly string[] }): JSX.Element {
  const file = useRef<HTMLInputElement>(null);
  const kinds = BACKGROUNDS.filter(({ wire }) => offered.includes(wire));
  return (
    <div class="field">
      <span class="label" id="background-label">{t("Background")}</span>
      <div class="row wrap">
        <div class="segments" role="radiogroup" aria-labelledby="background-label">
          {kinds.map(({ kind, name }) => (
            <label key={kind}>
              <input
                type="radio" name="background" checked={backgroundKind.value === kind}
                onChange={() => {
                  backgroundKind.value = kind;
                  if (kind === "image" && !backgroundImage.value) file.current?.click();
                }}
              />
              <span>{t(name)}</span>
            </label>
          ))}
        </div>
        {backgroundKind.value === "colour" && (
          <input
            type="color" class="colour" aria-label={t("Background colour")} value={backgroundColour.value}
            onInput={(event) => (backgroundColour.value = event.currentTarget.value)}
          />
        )}
        {backgroundKind.value === "image" && (
          <button class="button quiet small" onClick={() => file.current?.click()}>{backgroundImage.value?.name ?? t("Choose a picture…")}</button>
        )}
      </div>
      <input
        ref={file} type="file" accept="image/*" class="visually-hidden" tabIndex={-1} aria-label={t("Background picture")}
        onChange={(event) => (backgroundImage.value = event.currentTarget.files?.[0] ?? null)}
      />
    </div>
  );
}
