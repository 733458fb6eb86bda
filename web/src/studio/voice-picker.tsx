import type { JSX } from "preact";
import { DeliverySliders } from "../ui/delivery-sliders.tsx";
import { delivery, name, voice, voices } from "./draft.ts";
import { VoiceList } from "./voice-list.tsx";

/** Name, voice, and how the voice is used. */
export function VoicePicker(): JSX.Element {
  return (
    <section class="card" aria-labelledby="voice-title">
      <h2 id="voice-title">Name and voice</h2>
      <label class="field">
        <span class="label">Name</span>
        <input
          class="input" maxLength={80} placeholder="What should people call them?" value={name.value} autocomplete="off"
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </label>
      <VoiceList voices={voices.value} value={voice.value} delivery={delivery.value} onChange={(id) => (voice.value = id)} />
      <DeliverySliders value={delivery.value} onChange={(chosen) => (delivery.value = chosen)} />
    </section>
  );
}
