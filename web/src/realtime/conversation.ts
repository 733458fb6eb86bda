import { computed, signal } from "@preact/signals";
import type { Endpoint } from "../api/endpoint.ts";
import { t } from "../language/language.ts";
import type { Pose } from "../motion/channels.ts";
import type { Behaviour } from "../motion/director.ts";
import type { Affect, Emotion, MessagePart, Response, ServerEvent, Session, SessionSettings, WireError } from "../protocol.ts";
import type { Answer } from "./answers.ts";
import { Dialogue } from "./dialogue.ts";
import { LatencyLog, type TurnLatency } from "./latency.ts";
import { Listener } from "./listener.ts";
import { Performer } from "./performer.ts";
import { RealtimeSocket, type Connection } from "./socket.ts";

const HOUSEKEEPING_MS = 200;
/** Errors that only say a request came too late to matter. */
const HARMLESS: readonly string[] = ["response_cancel_not_active", "item_truncate_invalid_item_id"];

/** One conversation with one avatar: joins the socket, the two directions of sound, and what is shown of them. */
export class Conversation {
  readonly connection = signal<Connection>({ state: "closed" });
  readonly notice = signal<string | null>(null);
  readonly turns = signal<readonly TurnLatency[]>([]);
  readonly voice = signal<string | null>(null);
  /** What the avatar's face shows beside what it says. */
  readonly mood = signal<Emotion>("neutral");
  readonly listener = new Listener((audio) => this.socket.send({ type: "input_audio_buffer.append", audio }));
  readonly performer = new Performer();
  readonly dialogue = new Dialogue();
  readonly behaviour = computed<Behaviour>(() => this.shownBehaviour());

  private readonly serverState = signal<Behaviour>("idle");
  private readonly latency = new LatencyLog();
  private readonly socket: RealtimeSocket;
  /** Responses that the user has cut: what still arrives of them is neither heard nor shown. */
  private readonly cut = new Set<string>();
  private settings: SessionSettings = { type: "realtime" };
  private activeResponse: string | null = null;
  /** Answers that were asked for and have not begun. */
  private asked = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** *endpoint* is told whether nothing has been said yet. */
  constructor(endpoint: (fresh: boolean) => Promise<Endpoint>) {
    this.socket = new RealtimeSocket(() => endpoint(this.dialogue.transcript.value.length === 0), {
      onEvent: (event) => this.receive(event),
      onConnection: (connection) => this.onConnection(connection),
    });
  }

  open(): void {
    this.socket.open();
    this.timer = setInterval(() => this.reportPlayback(), HOUSEKEEPING_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.socket.close();
    await this.listener.close();
    await this.performer.close();
  }

  /** *picture* is a data: URL. False when there is no connection to say it on. */
  say(text: string, picture: string | null = null): boolean {
    this.stop();
    const id = `msg_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;
    const content: MessagePart[] = [{ type: "input_text", text }];
    if (picture) content.push({ type: "input_image", image_url: picture });
    if (!this.socket.send({ type: "conversation.item.create", item: { id, type: "message", role: "user", content } })) return false;
    this.dialogue.wrote(id, text);
    this.latency.asking("typed", performance.now());
    this.asked++;
    return this.socket.send({ type: "response.create" });
  }

  /** The user wants silence: stop the sound here and the work there. */
  stop(): void {
    if (this.activeResponse || this.asked) this.socket.send({ type: "response.cancel" });
    this.interrupt();
  }

  /** The user has read what went wrong. */
  dismiss(): void {
    this.notice.value = null;
    this.listener.dismiss();
  }

  /** The user does not want to wait for the next attempt to connect. */
  reconnect(): void {
    this.socket.retryNow();
  }

  /** Go on with a new session: what was said is told to it. */
  renew(): void {
    this.stop();
    this.socket.close();
    this.socket.open();
  }

  configure(settings: Omit<SessionSettings, "type">): void {
    const { avatar, audio } = settings;
    this.settings = {
      ...this.settings,
      ...settings,
      ...(avatar && { avatar: { ...this.settings.avatar, ...avatar } }),
      ...(audio && { audio: { output: { ...this.settings.audio?.output, ...audio.output } } }),
    };
    this.socket.send({ type: "session.update", session: this.settings });
  }

  /** What the user's face shows, as numbers: only while they allow their camera. */
  see(affect: Affect): void {
    this.socket.send({ type: "avatar.affect", ...affect });
  }

  /** What the user's camera shows, as a data: URL: only while they let it be seen. */
  show(image: string): void {
    this.socket.send({ type: "avatar.frame", image });
  }

  /** What to draw at this moment. Also moves the captions on. */
  frame(): Pose {
    const pose = this.performer.frame(this.behaviour.value);
    const { sounding, finished } = this.performer.observe();
    if (sounding) this.dialogue.spoken(sounding, this.performer.playedMs(sounding));
    for (const answer of finished) this.finish(answer);
    return pose;
  }

  private shownBehaviour(): Behaviour {
    if (this.performer.underWay.value) return "speaking";
    return this.serverState.value === "speaking" ? "idle" : this.serverState.value;
  }

  private onConnection(connection: Connection): void {
    this.connection.value = connection;
    if (connection.state === "open" || connection.state === "connecting") return;
    if (connection.state === "waiting" && connection.resuming) return;
    this.performer.silence();
    this.dialogue.settle();
    this.activeResponse = null;
    this.asked = 0;
    this.serverState.value = "idle";
  }

  private receive(event: ServerEvent): void {
    switch (event.type) {
      case "session.created":
        this.noteVoice(event.session);
        return this.onSession();
      case "session.updated":
        return this.noteVoice(event.session);
      case "avatar.queued":
        this.notice.value = t("Everybody is being talked with. You are number {place} of those who wait.", { place: event.place });
        return;
      case "error":
        return this.onError(event.error);
      case "avatar.clips":
        return this.performer.setClips(event.clips, event.fps, event.channels);
      case "avatar.mood":
        this.mood.value = event.emotion;
        return this.performer.setMood(event.weights);
      case "avatar.state":
        this.serverState.value = event.state;
        return;
      case "response.created":
      case "response.done":
        return this.onResponse(event.type, event.response);
      default:
        if ("response_id" in event) this.receiveAnswer(event);
        else this.receiveQuestion(event);
    }
  }

  private noteVoice(session: Session): void {
    const voice = session.audio?.output?.voice;
    this.voice.value = (typeof voice === "string" ? voice : voice?.id) ?? null;
  }

  private receiveQuestion(event: ServerEvent): void {
    switch (event.type) {
      case "input_audio_buffer.speech_started":
        this.interrupt();
        return this.dialogue.open(event.item_id, "user", "listening");
      case "input_audio_buffer.speech_stopped":
        return this.latency.asking("spoken", this.listener.lastLoudMs ?? performance.now());
      case "input_audio_buffer.committed":
        return this.dialogue.open(event.item_id, "user", "listening");
      case "conversation.item.added":
        return this.dialogue.added(event.item);
      case "conversation.item.deleted":
        return this.dialogue.remove(event.item_id);
      case "conversation.item.input_audio_transcription.delta":
        return this.dialogue.heardMore(event.item_id, event.delta);
      case "conversation.item.input_audio_transcription.completed":
        return this.dialogue.heard(event.item_id, event.transcript);
      case "conversation.item.input_audio_transcription.failed":
        return this.dialogue.unheard(event.item_id);
    }
  }

  private receiveAnswer(event: Extract<ServerEvent, { response_id: string }>): void {
    if (event.type === "avatar.turn") return this.onTurn(event);
    if (this.cut.has(event.response_id)) return;
    if (event.type === "response.output_item.added") return this.dialogue.open(event.item.id, "assistant", "partial");
    const answers = this.performer.answers;
    switch (event.type) {
      case "response.output_audio.delta":
        return this.onSound(event.response_id, event.item_id, event.delta);
      case "response.output_audio_transcript.delta":
      case "response.output_text.delta":
        return this.dialogue.answerMore(event.item_id, event.delta);
      case "response.output_audio_transcript.done":
        return this.dialogue.answerText(event.item_id, event.transcript);
      case "avatar.animation.started":
        return answers.of(event.response_id, event.item_id).startMotion(event.fps, event.channels);
      case "avatar.animation.delta":
        return answers.byItem(event.item_id)?.addMotion(event.time_code, event.frames);
      case "avatar.words":
        return answers.of(event.response_id, event.item_id).addWords(event.words);
    }
  }

  private onSession(): void {
    this.notice.value = null;
    if (Object.keys(this.settings).length > 1) this.socket.send({ type: "session.update", session: this.settings });
    for (const item of this.dialogue.remembered()) this.socket.send({ type: "conversation.item.create", item });
  }

  private onError(error: WireError): void {
    if (error.code && HARMLESS.includes(error.code)) return;
    this.notice.value = error.message ?? error.code ?? t("The server reported an error.");
  }

  private onResponse(type: "response.created" | "response.done", response: Response): void {
    if (type === "response.created") {
      this.asked = Math.max(0, this.asked - 1);
      // Something newer was asked for meanwhile, and this one cancelled.
      if (this.asked) this.cut.add(response.id);
      this.activeResponse = response.id;
      return this.latency.answering(response.id);
    }
    if (this.activeResponse === response.id) this.activeResponse = null;
    this.performer.answers.complete(response.id);
    for (const item of response.output ?? []) if (!this.performer.answers.byItem(item.id)) this.dialogue.finished(item.id);
    const error = response.status_details?.error;
    if (response.status === "failed") this.notice.value = error?.message ?? t("The answer failed. Please try again.");
  }

  private onTurn(turn: Extract<ServerEvent, { type: "avatar.turn" }>): void {
    this.latency.stages(turn.response_id, turn.timings_ms);
    this.turns.value = this.latency.all;
    if (turn.heard_text) this.dialogue.interrupted(turn.item_id, turn.heard_text);
  }

  private onSound(responseId: string, itemId: string, base64: string): void {
    const { sound } = this.performer.answers.of(responseId, itemId).hear(base64);
    if (sound.audibleAt === null) return;
    this.latency.audible(responseId, this.performer.speaker.wallMsOf(sound.audibleAt));
    this.turns.value = this.latency.all;
  }

  /** Stop the sound at once, and tell the server how much of it was heard. */
  private interrupt(): void {
    if (this.activeResponse) this.cut.add(this.activeResponse);
    for (const { answer, heardMs } of this.performer.silence()) {
      this.cut.add(answer.responseId);
      this.socket.send({ type: "avatar.playback", item_id: answer.itemId, played_ms: heardMs });
      this.socket.send({ type: "conversation.item.truncate", item_id: answer.itemId, content_index: 0, audio_end_ms: heardMs });
      this.sendReport(answer);
      this.dialogue.spoken(answer, heardMs);
      this.dialogue.interrupted(answer.itemId);
    }
  }

  private reportPlayback(): void {
    const { sounding, finished } = this.performer.observe();
    if (sounding) this.sendPlayback(sounding.itemId, this.performer.playedMs(sounding));
    for (const answer of finished) this.finish(answer);
  }

  private finish(answer: Answer): void {
    this.sendPlayback(answer.itemId, this.performer.playedMs(answer));
    this.sendReport(answer);
    this.dialogue.finished(answer.itemId);
  }

  private sendReport(answer: Answer): void {
    this.socket.send({ type: "avatar.playback.report", item_id: answer.itemId, ...answer.report() });
  }

  private sendPlayback(itemId: string, playedMs: number): void {
    this.socket.send({ type: "avatar.playback", item_id: itemId, played_ms: playedMs });
  }
}
