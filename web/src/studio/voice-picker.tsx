import type { JSX } from "preact";
import { t } from "../language/language.ts";
import { DeliverySliders } from "../ui/delivery-sliders.tsx";
import { Fold } from "../ui/fold.tsx";
import { delivery, voice, voiceChosen, voices } from "./draft.ts";
import { VoiceList } from "./voice-list.tsx";

/** The voice, and how it is used. */
export function VoicePicker(): JSX.Element {
  return (
    <Fold title={t("Voice")} now={voices.value.find(({ id }) => id === voice.value)?.name}>
      <VoiceList voices={voices.value} value={voice.value} delivery={delivery.value} onChange={choose} />
      <DeliverySliders value={delivery.value} onChange={(chosen) => (delivery.value = chosen)} />
    </Fold>
  );
}

function choose(id: string): void {
  voice.value = id;
  voiceChosen.value = true;
}
