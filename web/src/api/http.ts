import { signal } from "@preact/signals";
import { t } from "../language/language.ts";

/** The server said no, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly param: string | null = null,
  ) {
    super(message);
  }
}

const KEY_NAME = "avatar-serving.key";

/** Set when the server wants an API key that the page does not have, or refuses the one it has. */
export const keyWanted = signal(false);

export function apiKey(): string | null {
  return localStorage.getItem(KEY_NAME);
}

export function setApiKey(key: string): void {
  localStorage.setItem(KEY_NAME, key);
  keyWanted.value = false;
}

/** A request that either answers or throws an ApiError with something to show. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  return checked(await reach(path, { ...init, headers: { ...init.headers, ...authorisation() } }));
}

/** A response that is an answer; a refusal is thrown as an ApiError. */
export async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  if (response.status === 401) keyWanted.value = true;
  throw await errorOf(response);
}

export async function getJson<T>(path: string): Promise<T> {
  return (await request(path)).json() as Promise<T>;
}

export async function postJson(path: string, body: object): Promise<Response> {
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export function authorisation(): Record<string, string> {
  const key = apiKey();
  return key ? { Authorization: `Bearer ${key}` } : {};
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
}

export function unreachable(): ApiError {
  return new ApiError(0, "unreachable", t("The server cannot be reached. Is it running?"));
}

async function errorOf(response: Response): Promise<ApiError> {
  const fallback = `The server answered ${response.status} ${response.statusText}`.trim();
  const body = (await response.json().catch(() => null)) as { error?: Record<string, unknown> } | null;
  const { code, message, param } = body?.error ?? {};
  return new ApiError(
    response.status,
    typeof code === "string" ? code : String(response.status),
    typeof message === "string" ? message : fallback,
    typeof param === "string" ? param : null,
  );
}
