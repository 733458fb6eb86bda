import type { JSX } from "preact";
import type { Delivery } from "../api/avatars.ts";
import { t } from "../language/language.ts";

interface Props {
  readonly value: Delivery;
  readonly onChange: (delivery: Delivery) => void;
}

/** How fast and how high. */
export function DeliverySliders({ value, onChange }: Props): JSX.Element {
  return (
    <>
      <label class="slider">
        <span>{t("Speed")}</span>
        <input
          type="range" min="0.6" max="1.5" step="0.05" value={value.speed}
          onInput={(event) => onChange({ ...value, speed: event.currentTarget.valueAsNumber })}
        />
        <output>{value.speed.toFixed(2)}×</output>
      </label>
      <label class="slider">
        <span>{t("Pitch")}</span>
        <input
          type="range" min="-6" max="6" step="0.5" value={value.pitch} aria-valuetext={t("{pitch} semitones", { pitch: value.pitch })}
          onInput={(event) => onChange({ ...value, pitch: event.currentTarget.valueAsNumber })}
        />
        <output>{value.pitch > 0 ? "+" : ""}{value.pitch}</output>
      </label>
    </>
  );
}
