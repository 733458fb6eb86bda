import type { JSX } from "preact";
import type { Choice, DrawingChoices } from "../api/looks.ts";
import { t } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { reviewing } from "./draft.ts";
import { draw, drawing, redrawing, suggest, tongue, type Tongue } from "./look.ts";

const TONGUES: readonly (readonly [Tongue, string])[] = [["en", "English"], ["zh", "中文"]];
const MOST_SEED = 2 ** 32;

/** The portrait drawn anew, by words that a model found for it and anybody may change. */
export function Redraw({ offered }: { offered: DrawingChoices | null }): JSX.Element {
  if (!offered) {
    return (
      <p class="hint">
        {t("This server changes pictures with small filters. New expressions, poses, scenes and trained characters are drawn where it runs large models on a GPU.")}
      </p>
    );
  }
  return (
    <>
      <label class="tick">
        <input type="checkbox" checked={redrawing.value} onChange={(event) => begin(event.currentTarget.checked)} />
        <span>{t("Redraw by words")} <small>{t("another expression, pose or place; the person stays")}</small></span>
      </label>
      {redrawing.value && <Wishes offered={offered} />}
    </>
  );
}

function begin(wanted: boolean): void {
  redrawing.value = wanted;
  if (wanted && !drawing.value.prompt) suggest(described(), tongue.value);
}

function described(): Parameters<typeof suggest>[0] {
  const looked = reviewing.value;
  return looked.state === "done" ? looked.result.description : null;
}

function Wishes({ offered }: { offered: DrawingChoices }): JSX.Element {
  const now = drawing.value;
  return (
    <div class="redraw">
      <div class="redraw-presets">
        <Preset label={t("Expression")} none={t("As in the photo")} choices={offered.expression} value={now.expression} onChange={(expression) => draw({ expression })} />
        <Preset label={t("Pose")} none={t("As in the photo")} choices={offered.pose} value={now.pose} onChange={(pose) => draw({ pose })} />
        <Preset label={t("Scene")} none={t("As in the photo")} choices={offered.scene} value={now.scene} onChange={(scene) => draw({ scene })} />
        {offered.adapter.length > 0 && (
          <Preset label={t("Trained character")} none={t("None")} nothing="" choices={offered.adapter} value={now.adapter} onChange={(adapter) => draw({ adapter })} />
        )}
      </div>
      <Words />
      <details class="finer">
        <summary>{t("Finer points")}</summary>
        <Finer offered={offered} />
      </details>
    </div>
  );
}

interface PresetProps {
  readonly label: string;
  readonly none: string;
  readonly nothing?: string;
  readonly choices: readonly Choice[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Preset({ label, none, nothing = "keep", choices, value, onChange }: PresetProps): JSX.Element {
  return (
    <label class="field">
      <span class="label">{label}</span>
      <select class="input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value={nothing}>{none}</option>
        {choices.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
      </select>
    </label>
  );
}

function Words(): JSX.Element {
  const now = drawing.value;
  return (
    <>
      <div class="row spread wrap">
        <span class="label" id="words-label">{t("Words, suggested from the photo")}</span>
        <div class="segments" role="radiogroup" aria-labelledby="words-label">
          {TONGUES.map(([language, name]) => (
            <label key={language}>
              <input type="radio" name="tongue" checked={tongue.value === language} onChange={() => suggest(described(), language)} />
              <span lang={language}>{name}</span>
            </label>
          ))}
        </div>
      </div>
      <label class="field">
        <span class="label">{t("What the picture shows")}</span>
        <textarea class="input" rows={3} maxLength={1000} lang={tongue.value} placeholder={t("A portrait of one person")} value={now.prompt} onInput={(event) => draw({ prompt: event.currentTarget.value })} />
      </label>
      <label class="field">
        <span class="label">{t("What it shall not show")}</span>
        <textarea class="input" rows={2} maxLength={1000} lang={tongue.value} value={now.negative} onInput={(event) => draw({ negative: event.currentTarget.value })} />
      </label>
    </>
  );
}

function Finer({ offered }: { offered: DrawingChoices }): JSX.Element {
  const { steps, seed } = drawing.value;
  return (
    <div class="finer-points">
      <label class="slider">
        <span>{t("Steps")}</span>
        <input type="range" min="1" max="100" step="1" value={steps || offered.steps} onInput={(event) => draw({ steps: event.currentTarget.valueAsNumber })} />
        <output>{steps || offered.steps}</output>
      </label>
      <div class="row">
        <label class="field seed">
          <span class="label">{t("Seed")}</span>
          <input class="input" type="number" min="0" max={MOST_SEED - 1} value={seed} onInput={(event) => draw({ seed: seedOf(event.currentTarget.valueAsNumber) })} />
        </label>
        <button class="button small" onClick={() => draw({ seed: Math.floor(Math.random() * MOST_SEED) })}><Icon name="sparkle" size={16} /> {t("Another")}</button>
      </div>
      <p class="hint">{t("The same seed draws the same picture.")}</p>
    </div>
  );
}

function seedOf(typed: number): number {
  return Number.isFinite(typed) ? Math.min(Math.max(0, Math.floor(typed)), MOST_SEED - 1) : 0;
}
