import { ApiError, getJson, request } from "./http.ts";
import { sseEvents } from "./sse.ts";

export interface Choice {
  readonly id: string;
  readonly name: string;
}

/** What an engine that draws by words offers, and what it does unless it is told. */
export interface DrawingChoices {
  readonly expression: readonly Choice[];
  readonly pose: readonly Choice[];
  readonly scene: readonly Choice[];
  readonly adapter: readonly Choice[];
  readonly steps: number;
  readonly guidance: number;
}

export interface Looks {
  readonly styles: readonly Choice[];
  readonly backgrounds: readonly string[];
  readonly restore: boolean;
  /** Null where portraits are not drawn by words. */
  readonly drawing: DrawingChoices | null;
  /** How many pictures of one person an avatar can be made of. */
  readonly pictures: number;
  /** Whether characters can be taught to the model that draws. */
  readonly training: boolean;
}

export interface DrawingRequest {
  readonly prompt: string;
  readonly negative: string;
  readonly expression: string;
  readonly pose: string;
  readonly scene: string;
  readonly adapter: string;
  /** 0: as many as the engine is set to. */
  readonly steps: number;
  readonly seed: number;
}

export interface LookRequest {
  readonly restore: boolean;
  readonly style: string;
  readonly strength: number;
  readonly background: string;
  readonly drawing: DrawingRequest | null;
}

export interface Consent {
  readonly agreed: boolean;
  readonly statement: string;
}

export type PreviewEvent =
  | {
      readonly type: "progress";
      readonly fraction: number;
      readonly message: string;
      /** Of a drawing, once: between the drawn face and the photo's, and whether they count as one person. */
      readonly distance?: number;
      readonly kept?: boolean;
    }
  | { readonly type: "done"; readonly picture: string };

export function getLooks(): Promise<Looks> {
  return getJson<Looks>("/v1/looks");
}

/** A photo as it would look; a refusal is thrown. */
export async function* previewLook(
  image: Blob, body: { readonly look: LookRequest; readonly consent: Consent }, background: Blob | null, signal: AbortSignal,
): AsyncGenerator<PreviewEvent> {
  const data = new FormData();
  data.append("image", image, "photo");
  data.append("request", JSON.stringify(body));
  if (background) data.append("background_image", background, "background");
  const response = await request("/v1/looks/preview", { method: "POST", body: data, signal });
  for await (const message of sseEvents(response)) {
    const told = JSON.parse(message.data) as Record<string, unknown>;
    if (message.event === "error") throw new ApiError(200, String(told.code), String(told.message));
    yield { ...told, type: message.event } as PreviewEvent;
  }
}
