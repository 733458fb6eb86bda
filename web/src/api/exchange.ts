import type { Avatar } from "./avatars.ts";
import { authorisation, checked, request, unreachable } from "./http.ts";

/** What an avatar can leave as: our own package, or the formats of docs/interop.md. */
export type ExportFormat = "package" | "lam" | "glb" | "ply" | "spz";

export interface ImportRequest {
  readonly name: string;
  /** Absent where the file brings its own. */
  readonly consent?: { readonly agreed: boolean; readonly statement: string };
}

/** Told how much has travelled, 0..1; null while that cannot be known. */
export type Told = (share: number | null) => void;

/** The avatar as a file. The server makes it first, which takes seconds. */
export async function exportAvatar(id: string, format: ExportFormat, told: Told, signal: AbortSignal): Promise<Blob> {
  const path = `/v1/avatars/${encodeURIComponent(id)}`;
  const asked = format === "package" ? `${path}/package` : `${path}/export?format=${format}`;
  told(null);
  return received(await request(asked, { signal }), told);
}

/** Send an avatar package, or a LAM chat zip, and have it kept as an avatar. */
export async function importAvatar(file: File, body: ImportRequest, told: Told, signal: AbortSignal): Promise<Avatar> {
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("request", JSON.stringify(body));
  const response = await upload("/v1/avatars/import", form, told, signal);
  return (await checked(response)).json() as Promise<Avatar>;
}

async function received(response: Response, told: Told): Promise<Blob> {
  const total = Number(response.headers.get("Content-Length"));
  if (!response.body || !total) return response.blob();
  let count = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(part, onward) {
      count += part.length;
      told(Math.min(1, count / total));
      onward.enqueue(part);
    },
  });
  return new Response(response.body.pipeThrough(counted)).blob();
}

/** fetch cannot tell how much it has sent; XMLHttpRequest can. */
function upload(path: string, form: FormData, told: Told, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", path);
    call.responseType = "blob";
    for (const [name, value] of Object.entries(authorisation())) call.setRequestHeader(name, value);
    call.upload.onprogress = (event) => told(event.lengthComputable ? event.loaded / event.total : null);
    call.upload.onload = () => told(null);
    call.onload = () => resolve(new Response(call.response as Blob, { status: call.status, statusText: call.statusText }));
    call.onerror = () => reject(unreachable());
    call.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    signal.addEventListener("abort", () => call.abort(), { once: true });
    call.send(form);
  });
}
