import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { fetchSample, type Adapter, type Training } from "../api/trainings.ts";
import { t } from "../language/language.ts";
import { Icon } from "../ui/icons.tsx";
import { adapters, discardAdapter, forgetTraining, isOver, leaveSchool, loadSchool, schoolTrouble, trainings } from "./school.ts";
import { TeachDialog } from "./teach-dialog.tsx";

const STEPS: Record<string, string> = {
  crop: "Looking at the pictures", caption: "Describing the pictures", load: "Waiting for a GPU, and loading the model", train: "Learning",
};

/** Who the diffusion model can draw by name. */
export function Characters(): JSX.Element {
  const teaching = useSignal(false);
  useEffect(() => {
    void loadSchool();
    return leaveSchool;
  }, []);
  return (
    <section class="characters" aria-labelledby="characters-title">
      <div class="row spread wrap">
        <h2 id="characters-title">{t("Trained characters")}</h2>
        <button class="button small" onClick={() => (teaching.value = true)}><Icon name="plus" size={18} /> {t("Teach a character")}</button>
      </div>
      {schoolTrouble.value && <p class="note bad" role="alert"><Icon name="alert" /> {schoolTrouble.value}</p>}
      {adapters.value.length + trainings.value.length === 0 && <p class="soft">{t("From 4 to 20 pictures of somebody, portraits can be redrawn as them.")}</p>}
      <ul>
        {trainings.value.map((training) => <Lesson key={training.id} training={training} />)}
        {adapters.value.map((adapter) => <Character key={adapter.name} adapter={adapter} />)}
      </ul>
      {teaching.value && <TeachDialog onClose={() => (teaching.value = false)} />}
    </section>
  );
}

function Character({ adapter }: { adapter: Adapter }): JSX.Element {
  const doomed = useSignal(false);
  return (
    <li class="card character">
      <div class="character-words">
        <strong>{adapter.name}</strong>
        <small>{t("{pictures} pictures, {steps} steps; of {model}, {licence}", { ...adapter })}</small>
      </div>
      {doomed.value
        ? <button class="button danger small" onClick={() => void discardAdapter(adapter.name)}>{t("Delete for good")}</button>
        : <button class="icon-button" aria-label={t("Delete {name}", { name: adapter.name })} title={t("Delete")} onClick={() => (doomed.value = true)}><Icon name="trash" size={17} /></button>}
    </li>
  );
}

function Lesson({ training }: { training: Training }): JSX.Element {
  const { name, error, loss, progress } = training;
  const over = isOver(training);
  return (
    <li class="card character" aria-busy={!over}>
      <Sample training={training} />
      <div class="character-words">
        <strong>{name}</strong>
        {error ? <span class="note bad" role="alert"><Icon name="alert" /> {error.message}</span> : <small aria-live="polite">{stepOf(training)}{loss !== null && `, loss ${loss.toFixed(3)}`}</small>}
        {!over && <progress class="bar" max={100} value={progress} aria-label={t("Teaching {name}", { name })} />}
      </div>
      <button class="button quiet small" onClick={() => void forgetTraining(training.id)}>{over ? t("Put away") : t("Cancel")}</button>
    </li>
  );
}

function stepOf({ status, step, done }: Training): string {
  if (status === "completed") return t("Learnt in {done} steps", { done });
  if (status === "queued") return t("Waiting for its turn");
  return step === "train" ? t("Step {done}", { done }) : t(STEPS[step] ?? "Beginning");
}

/** The first picture as the model draws it by now. */
function Sample({ training: { id, name, samples } }: { training: Training }): JSX.Element | null {
  const url = useSignal<string | null>(null);
  const newest = samples.at(-1);
  useEffect(() => {
    if (newest === undefined) return;
    let made: string | null = null;
    let current = true;
    void fetchSample(id, newest).then((blob) => current && (url.value = made = URL.createObjectURL(blob))).catch(() => undefined);
    return () => {
      current = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [id, newest]);
  return url.value ? <img class="sample" src={url.value} alt={t("{name} as the model draws it by now", { name })} /> : null;
}
