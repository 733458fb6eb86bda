// A stand-in for the server, for work on the page alone. See README.md here.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { unzipSync } from "fflate";
import { WebSocketServer } from "ws";
import { MockSession } from "./session.mjs";
import { invent, pcm, wav } from "./speech.mjs";

const { values: options } = parseArgs({ options: { avatar: { type: "string" }, port: { type: "string", default: "8010" } } });
if (!options.avatar) throw new Error("which avatar? --avatar FILE.zip");

const zip = await readFile(options.avatar);
const files = unzipSync(new Uint8Array(zip));
const channels = targetNames(Buffer.from(files["avatar.glb"])).filter((name) => name !== "photo");
let avatars = ["Eileen", "Grace", "Ada"].map((name, i) => ({
  id: String(i + 1).repeat(32), object: "avatar", name, created_at: "2026-11-21T04:00:00Z",
  description: "A smiling woman with short brown hair in an orange flight suit.", voice: "en-1",
  persona: "You are warm, curious and unhurried.", size: zip.length, engine: "portrait",
}));

function targetNames(glb) {
  const json = JSON.parse(glb.subarray(20, 20 + glb.readUInt32LE(12)).toString());
  return json.meshes[0].extras.targetNames;
}

const REVIEW = {
  checks: [
    { name: "decodable", score: 1, verdict: "good", reason: "The picture can be read." },
    { name: "size", score: 0.9, verdict: "good", reason: "The picture is large enough." },
    { name: "face", score: 1, verdict: "good", reason: "One face." },
    { name: "face_size", score: 0.7, verdict: "fair", reason: "The face is a little small; a closer photo would give more detail." },
    { name: "sharpness", score: 0.95, verdict: "good", reason: "The face is sharp." },
    { name: "exposure", score: 0.9, verdict: "good", reason: "The light is even." },
    { name: "pose", score: 0.85, verdict: "good", reason: "The face looks at the camera." },
    { name: "occlusion", score: 1, verdict: "good", reason: "Nothing covers the face." },
    { name: "nsfw", score: 1, verdict: "good", reason: "The picture is suitable." },
  ],
  face_box: [176, 62, 100, 130],
  faces: [{ box: [176, 62, 100, 130], around: [76, 0, 300, 439] }],
};
const DESCRIPTION = { text: "A smiling woman in her thirties with short brown hair, wearing an orange flight suit.", facts: [["hair", "brown"]] };
const VOICES = [
  ["en-1", "Aria", "en", "female", "adult", "warm"], ["en-2", "Ben", "en", "male", "adult", "mature"], ["zh-1", "小北", "zh", "female", "adult", "bright"],
  ["en-3", "Poppy", "en", "female", "child", "made by pitch"],
].map(([id, name, language, gender, ...tags]) => ({ id, name, language, gender, tags, engine: "mock" }));
const STYLES = ["none", "anime", "pastel", "ink-wash", "poster", "expressionist", "primaries", "colour-pencil", "sepia-oil", "engraving", "impressionist",
  "fauvist", "fresco", "violet", "woodblock", "blue-night", "ember", "graphic-novel", "old-master", "blueprint", "stipple"];
const PERSONAS = [
  ["companion", "Companion", "You are warm, curious and unhurried.", "Hello! How has your day been?"],
  ["museum_guide", "Museum guide", "You tell the story behind things.", "Welcome! What would you like to see first?"],
].map(([id, name, persona, greeting]) => ({ id, name: { en: name }, about: { en: name }, persona: { en: persona }, greeting: { en: greeting }, voice_tags: [] }));
const MODELS = [
  { id: "quick", about: "Quick, and weak in facts.", remote: false, default: true, tokens_per_s: 12, first_token_s: 0.5, quality: 0.8 },
  { id: "clever", about: "Knows more.", remote: false, default: false, tokens_per_s: 6, first_token_s: 1.1, quality: 0.92 },
];
const LOOKS = {
  styles: STYLES.map((id) => ({ id, name: id.replace("-", " ").replace(/^./, (c) => c.toUpperCase()) })),
  backgrounds: ["keep", "blur", "#rrggbb", "image"],
  restore: true,
  drawing: null,
  pictures: 4,
  training: false,
};

function json(response, body, status = 200) {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

async function create(request, response) {
  const name = /"name":"([^"]+)"/.exec((await body(request)).toString("latin1"))?.[1] ?? "Somebody";
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  const send = (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const steps = ["Looking at the photo", "Describing the person", "Changing the look", "Finding the face", "Building the head", "Painting what is behind", "Packing"];
  for (const [i, message] of steps.entries()) {
    send("progress", { step: message, fraction: i / steps.length, message });
    await sleep(500);
  }
  const avatar = { ...avatars[0], id: `${Date.now()}`.padEnd(32, "0"), name };
  avatars = [avatar, ...avatars];
  send("done", { avatar });
  response.end();
}

async function answer(request, response) {
  const url = new URL(request.url, "http://mock");
  const route = `${request.method} ${url.pathname.replace(/[0-9a-f]{32}/, "ID")}`;
  const id = /[0-9a-f]{32}/.exec(url.pathname)?.[0];
  switch (route) {
    case "GET /readyz": return json(response, { ready: true });
    case "GET /v1/avatars": return json(response, { object: "list", data: avatars });
    case "POST /v1/avatars": return create(request, response);
    case "POST /v1/avatars/review": await body(request); await sleep(900); return json(response, { review: REVIEW, description: DESCRIPTION });
    case "GET /v1/avatars/ID": return json(response, avatars.find((a) => a.id === id) ?? { error: { code: "not_found", message: "no such avatar" } }, avatars.some((a) => a.id === id) ? 200 : 404);
    case "DELETE /v1/avatars/ID": avatars = avatars.filter((a) => a.id !== id); return json(response, { id, deleted: true });
    case "GET /v1/avatars/ID/package": return response.writeHead(200, { "Content-Type": "application/zip" }).end(zip);
    case "GET /v1/avatars/ID/thumbnail": return response.writeHead(200, { "Content-Type": "image/webp" }).end(Buffer.from(files["thumbnail.webp"]));
    case "GET /v1/voices": return json(response, { data: VOICES });
    case "GET /v1/looks": return json(response, LOOKS);
    case "GET /v1/personas": return json(response, { data: PERSONAS });
    case "GET /v1/models": return json(response, { data: MODELS });
    case `GET ${url.pathname.match(/^\/v1\/voices\/[\w-]+\/sample$/)?.[0]}`: {
      const { spans, seconds } = invent("Hello there. It is lovely to meet you.");
      return response.writeHead(200, { "Content-Type": "audio/wav" }).end(wav(pcm(spans, 0, seconds)));
    }
    case "PATCH /v1/avatars/ID": {
      const change = JSON.parse(await body(request));
      avatars = avatars.map((a) => (a.id === id ? { ...a, ...change } : a));
      return json(response, avatars.find((a) => a.id === id));
    }
    case "POST /v1/audio/speech": {
      const { spans, seconds } = invent(JSON.parse(await body(request)).input);
      return response.writeHead(200, { "Content-Type": "audio/wav" }).end(wav(pcm(spans, 0, seconds)));
    }
    default: return json(response, { error: { code: "not_found", message: `the mock has no ${route}` } }, 404);
  }
}

const server = createServer((request, response) => answer(request, response).catch((error) => json(response, { error: { message: String(error) } }, 500)));
const sockets = new WebSocketServer({ server, path: "/v1/realtime" });
sockets.on("connection", (socket) => new MockSession(socket, channels));
server.listen(Number(options.port), "127.0.0.1", () => console.log(`mock on http://localhost:${options.port}`));
