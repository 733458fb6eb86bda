import { signal } from "@preact/signals";
import { getLooks } from "../api/looks.ts";
import {
  createTraining, deleteAdapter, deleteTraining, followTraining, listAdapters, listTrainings, type Adapter, type Training,
} from "../api/trainings.ts";
import { t } from "../language/language.ts";
import { looks } from "./look.ts";
import { readPhoto } from "./photo.ts";

export const TRAINING_STATEMENT =
  "I am the person in these pictures, or I have their permission to teach this server to draw them. I will not use it to deceive anyone.";
/** What the server accepts as a name: it is also a word of prompts. */
export const NAME_PATTERN = "[a-z0-9][a-z0-9_\\-]{0,63}";

/** What the diffusion model was taught, and what it is being taught. */
export const adapters = signal<readonly Adapter[]>([]);
export const trainings = signal<readonly Training[]>([]);
export const schoolTrouble = signal<string | null>(null);

const followed = new Map<string, AbortController>();

export async function loadSchool(): Promise<void> {
  await attempt(async () => {
    [adapters.value, trainings.value] = await Promise.all([listAdapters(), listTrainings()]);
    for (const training of trainings.value) if (!isOver(training)) void follow(training.id);
  });
}

export function leaveSchool(): void {
  for (const stop of followed.values()) stop.abort();
  followed.clear();
}

/** Throws what the server says against it. */
export async function teach(name: string, files: readonly File[]): Promise<void> {
  const read = await Promise.all(files.map(readPhoto));
  for (const { url } of read) URL.revokeObjectURL(url);
  const training = await createTraining(name, read.map(({ file }) => file), { agreed: true, statement: t(TRAINING_STATEMENT) });
  trainings.value = [training, ...trainings.value];
  void follow(training.id);
}

/** Cancel, or put away. */
export async function forgetTraining(id: string): Promise<void> {
  followed.get(id)?.abort();
  followed.delete(id);
  await attempt(async () => {
    await deleteTraining(id);
    trainings.value = trainings.value.filter((each) => each.id !== id);
  });
}

export async function discardAdapter(name: string): Promise<void> {
  await attempt(async () => {
    await deleteAdapter(name);
    await refresh();
  });
}

export function isOver({ status }: Training): boolean {
  return status === "completed" || status === "failed";
}

async function follow(id: string): Promise<void> {
  if (followed.has(id)) return;
  const stop = new AbortController();
  followed.set(id, stop);
  await attempt(async () => {
    for await (const training of followTraining(id, stop.signal)) {
      trainings.value = trainings.value.map((each) => (each.id === id ? training : each));
      if (training.status === "completed") await refresh();
    }
  }, stop.signal);
  followed.delete(id);
}

async function refresh(): Promise<void> {
  [adapters.value, looks.value] = await Promise.all([listAdapters(), getLooks()]);
}

async function attempt(work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
  schoolTrouble.value = null;
  try {
    await work();
  } catch (error) {
    if (!signal?.aborted) schoolTrouble.value = error instanceof Error ? error.message : String(error);
  }
}
