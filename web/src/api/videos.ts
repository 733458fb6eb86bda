import { ApiError, request } from "./http.ts";
import { sseEvents } from "./sse.ts";

export interface VideoRequest {
  readonly avatar: string;
  readonly text: string;
  readonly size: string;
  readonly background: string;
  readonly mood: string;
  readonly format: "mp4" | "webm";
}

export interface Video {
  readonly id: string;
  readonly status: "queued" | "in_progress" | "completed" | "failed";
  /** Percent. */
  readonly progress: number;
  readonly step: string;
  /** Of the video. */
  readonly seconds: number | null;
  /** Times real time. */
  readonly speed: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Ask for a video of an avatar that says the text, or what is heard in a recording. */
export async function createVideo(body: VideoRequest, audio: File | null): Promise<Video> {
  const data = new FormData();
  data.append("request", JSON.stringify(audio ? { ...body, text: "" } : body));
  if (audio) data.append("audio", audio, audio.name);
  return (await request("/v1/videos", { method: "POST", body: data })).json() as Promise<Video>;
}

/** Each change of a video until it is done; a failure becomes an ApiError. */
export async function* followVideo(id: string, signal: AbortSignal): AsyncGenerator<Video> {
  const response = await request(`${path(id)}/events`, { headers: { Accept: "text/event-stream" }, signal });
  for await (const message of sseEvents(response)) yield videoOf(message.event, JSON.parse(message.data));
}

export async function fetchVideo(id: string): Promise<Blob> {
  return (await request(`${path(id)}/content`)).blob();
}

/** Cancels one that is being made. */
export async function deleteVideo(id: string): Promise<void> {
  await request(path(id), { method: "DELETE" });
}

function videoOf(event: string, video: Video): Video {
  if (event !== "error") return video;
  throw new ApiError(200, video.error?.code ?? "internal", video.error?.message ?? "The video could not be made.");
}

function path(id: string): string {
  return `/v1/videos/${encodeURIComponent(id)}`;
}
