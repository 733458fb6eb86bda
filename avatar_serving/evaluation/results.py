"""What an evaluation finds: the JSON report. Lengths are in face widths of the rest pose."""

from pydantic import BaseModel, ConfigDict


class Result(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Resemblance(Result):
    """The picture that the avatar was made of against the same view drawn again. It says what
    reconstruction loses, nothing about other views."""

    psnr_db: float
    ssim: float
    """0..1, mean over 11 x 11 Gaussian windows of the luminance (Wang et al. 2004)."""


class Landmarks(Result):
    """Poses drawn at random: where the rig put the landmarks, and where they are seen."""

    poses: int
    found: int
    """In how many of them a face was found."""
    nme: float
    """Mean distance of the 468 landmarks."""
    nme_p95: float
    """Of the poses' own means."""
    parts: dict[str, float]
    """Mean error by part of the face: oval, lips, eyes, brows, other."""


class Control(Result):
    """One control swept from none to all: the rig's geometry against what is seen."""

    name: str
    correlation: float
    """Pearson's, of the two."""
    slope: float
    """How much is seen to move for a unit that the geometry moves. Angles: degrees seen for each
    degree asked, by what is drawn at the landmarks and the rig's own depth."""
    travel: float
    """How far the geometry moves over the sweep. Angles: degrees."""
    seen_travel: float
    found: int
    """In how many of the steps a face was found."""
    steps: int
    read_slope: float | None = None
    """Of angles: degrees that the landmark model reads for each degree asked, with the depth that
    it guesses."""


class Likeness(Result):
    """The distance of one view's face descriptor from the portrait's."""

    view: str
    distance: float | None
    """None: no face was found."""


class Identity(Result):
    reference: str
    """What the views are compared with: the portrait, or the rest view where there is none."""
    views: tuple[Likeness, ...]
    worst: float | None
    """None: in one of them no face was found."""
    mean: float | None
    yaw: tuple[float, float]
    """Degrees that the head turns at most; views that ask for more show it there."""
    impostor: float
    """The nearest other person's distance from the reference."""
    same_person: float
    """Below this two pictures are taken to be of one person."""


class Closure(Result):
    """Whether what should touch does, and nothing folds."""

    lips_neutral: float
    """Largest gap between facing lip landmarks of the neutral face."""
    lips_jaw_closed: float
    """The same with the jaw half open and mouthClose half on."""
    lids_blink: float
    """Largest gap between facing lid landmarks in a blink."""
    eyes_left: float
    """Share of the eyeballs drawn in the neutral face that a blink leaves uncovered."""
    blink_seen: float | None
    """How far the eyes are seen to close: 1 until no opening is seen. None: no face was found."""
    folded: float
    """The largest share of the face's area whose triangles turn over in any single expression."""
    folded_in: str


class LipSync(Result):
    """The mouth under a spoken sentence, drawn and seen again at 30 frames a second."""

    text: str
    seconds: float
    correlation: float
    """Of the aperture that is seen with how open each phone is, at the best lag."""
    lag_ms: float
    """By how much the mouth is late (positive) or early against the phones."""
    closures: int
    """Phones p, b, m."""
    closure_hits: float
    """Share of them at which the lips are seen closed."""
    closed_in_silence: float
    """Share of frames without sound in which they are."""
    jerk: float
    """Root mean square of the mouth's third derivative, face widths / s^3."""
    jerk_p99: float
    found: float
    """Share of frames in which a face was found."""


class Response(Result):
    """One ARKit shape alone at 1, as the blendshape model reads it."""

    shape: str
    own: float | None
    """By how much the score of its own name rises over the neutral face's."""
    rises_most: str
    by: float


class Cost(Result):
    build_s: float | None
    """Wall-clock seconds from picture to package; None where the package was given."""
    build_cpu_s: float | None
    package_bytes: int
    render_ms: float
    """Median processor milliseconds of one 512 x 512 frame on one core."""
    pose_ms: float
    """Of these, for the vertices."""


class Evaluation(Result):
    avatar: str
    engine: str
    resemblance: Resemblance | None
    landmarks: Landmarks
    controls: tuple[Control, ...]
    responses: tuple[Response, ...]
    identity: Identity
    closure: Closure
    lip_sync: LipSync | None
    cost: Cost
    not_run: dict[str, str]
    """Measures that were not taken, and why."""
