import { afterEach, describe, expect, it, vi } from "vitest";
import { createVideo, followVideo } from "../src/api/videos.ts";

const WISH = { avatar: "a", text: "Hello.", size: "64x64", background: "keep", mood: "joy", format: "mp4" } as const;

afterEach(() => vi.unstubAllGlobals());

function answering(body: string): ReturnType<typeof vi.fn> {
  const fetched = vi.fn(async (_path: string, _init?: RequestInit) => new Response(body));
  vi.stubGlobal("fetch", fetched);
  vi.stubGlobal("localStorage", { getItem: () => null });
  return fetched;
}

describe("videos", () => {
  it("are asked for with a text, or with a recording instead of it", async () => {
    const fetched = answering('{"id": "video_1"}');
    await createVideo(WISH, null);
    await createVideo(WISH, new File(["x"], "a.wav"));
    const forms = fetched.mock.calls.map(([, init]) => (init as RequestInit).body as FormData);
    const asked = forms.map((form) => JSON.parse(String(form.get("request"))) as { text: string });
    expect(asked.map(({ text }) => text)).toEqual(["Hello.", ""]);
    expect(forms.map((form) => form.has("audio"))).toEqual([false, true]);
  });

  it("are followed until they are done", async () => {
    answering('event: progress\ndata: {"progress": 40}\n\nevent: done\ndata: {"progress": 100}\n\n');
    const seen: number[] = [];
    for await (const video of followVideo("video_1", new AbortController().signal)) seen.push(video.progress);
    expect(seen).toEqual([40, 100]);
  });

  it("that fail say why", async () => {
    answering('event: error\ndata: {"error": {"code": "audio_rejected", "message": "nothing to say"}}\n\n');
    const following = followVideo("video_1", new AbortController().signal);
    await expect(following.next()).rejects.toMatchObject({ code: "audio_rejected", message: "nothing to say" });
  });
});
