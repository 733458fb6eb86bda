import type { JSX } from "preact";
import type { Box, FoundFace, Review } from "../api/avatars.ts";
import { t } from "../language/language.ts";
import { making } from "./draft.ts";
import { chooseFace } from "./faces.ts";
import type { Photo } from "./photo.ts";

/** The face that was looked at; where there are more, each can be chosen. */
export function FaceBoxes({ photo, review }: { photo: Photo; review: Review }): JSX.Element | null {
  const { face_box: looked, faces } = review;
  if (faces.length < 2) return looked && <span class="face-box" style={placeOf(looked, photo)} role="img" aria-label={t("A face was found here")}><Corners /></span>;
  const unclear = review.checks.some(({ name, verdict }) => name === "faces" && verdict === "refused");
  return (
    <span role="group" aria-label={t("Faces in the picture")}>
      {faces.map((face, i) => (
        <FaceButton key={i} face={face} photo={photo} chosen={!unclear && isSame(face.box, looked)} label={t("Face {number} of {count}, from the left", { number: i + 1, count: faces.length })} />
      ))}
    </span>
  );
}

interface FaceProps {
  readonly face: FoundFace;
  readonly photo: Photo;
  readonly chosen: boolean;
  readonly label: string;
}

function FaceButton({ face, photo, chosen, label }: FaceProps): JSX.Element {
  return (
    <button
      class="face-box choice" style={placeOf(face.box, photo)} aria-pressed={chosen} aria-label={label} title={t("Take this face")}
      disabled={making.value.state === "working"} onClick={() => void chooseFace(face)}
    >
      <Corners />
    </button>
  );
}

const CORNERS = "M0 22V12Q0 0 12 0H22M78 0H88Q100 0 100 12V22M100 78V88Q100 100 88 100H78M22 100H12Q0 100 0 88V78";

function Corners(): JSX.Element {
  return <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><path d={CORNERS} /></svg>;
}

function placeOf([x, y, width, height]: Box, photo: Photo): Record<string, string> {
  return {
    left: `${(100 * x) / photo.width}%`,
    top: `${(100 * y) / photo.height}%`,
    width: `${(100 * width) / photo.width}%`,
    height: `${(100 * height) / photo.height}%`,
  };
}

function isSame(one: Box, other: Box | null): boolean {
  return other !== null && one.every((side, i) => side === other[i]);
}
