import { getJson, request } from "./http.ts";
import type { Consent } from "./looks.ts";
import { sseEvents } from "./sse.ts";

/** A character that the diffusion model is being taught. */
export interface Training {
  readonly id: string;
  readonly status: "queued" | "in_progress" | "completed" | "failed";
  /** Percent. */
  readonly progress: number;
  readonly step: string;
  readonly name: string;
  readonly done: number;
  readonly loss: number | null;
  /** Steps after which there is a sample picture. */
  readonly samples: readonly number[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A character that was taught. */
export interface Adapter {
  readonly name: string;
  readonly model: string;
  readonly licence: string;
  readonly pictures: number;
  readonly steps: number;
}

export const FEWEST_PICTURES = 4;
export const MOST_PICTURES = 20;

export async function createTraining(name: string, pictures: readonly Blob[], consent: Consent): Promise<Training> {
  const data = new FormData();
  data.append("request", JSON.stringify({ name, consent }));
  for (const picture of pictures) data.append("pictures", picture, "picture");
  return (await request("/v1/trainings", { method: "POST", body: data })).json() as Promise<Training>;
}

export async function listTrainings(): Promise<readonly Training[]> {
  return (await getJson<{ data: readonly Training[] }>("/v1/trainings")).data;
}

/** Each change of a training until it is over; one that fails says so in its state. */
export async function* followTraining(id: string, signal: AbortSignal): AsyncGenerator<Training> {
  const response = await request(`${path(id)}/events`, { headers: { Accept: "text/event-stream" }, signal });
  for await (const { data } of sseEvents(response)) {
    const told = JSON.parse(data) as Partial<Training>;
    if (told.id) yield told as Training;
  }
}

export async function fetchSample(id: string, step: number): Promise<Blob> {
  return (await request(`${path(id)}/samples/${step}`)).blob();
}

/** Cancels one that is under way. */
export async function deleteTraining(id: string): Promise<void> {
  await request(path(id), { method: "DELETE" });
}

export async function listAdapters(): Promise<readonly Adapter[]> {
  return (await getJson<{ data: readonly Adapter[] }>("/v1/adapters")).data;
}

export async function deleteAdapter(name: string): Promise<void> {
  await request(`/v1/adapters/${encodeURIComponent(name)}`, { method: "DELETE" });
}

function path(id: string): string {
  return `/v1/trainings/${encodeURIComponent(id)}`;
}
