"""Results to report on."""

from avatar_serving.evaluation.results import (
    Closure,
    Control,
    Cost,
    Evaluation,
    Identity,
    Landmarks,
    Likeness,
    Response,
)


def evaluation(correlation: float = 0.99, avatar: str = "someone") -> Evaluation:
    names = ("jaw", "smile", "pucker", "blink", "brows up", "brows down", "yaw", "pitch", "roll")
    return Evaluation(
        avatar=avatar,
        engine="portrait 1",
        resemblance=None,
        landmarks=Landmarks(poses=4, found=4, nme=0.02, nme_p95=0.03, parts={"lips": 0.02}),
        controls=tuple(
            Control(name=name, correlation=correlation, slope=1, travel=0.1, seen_travel=0.1,
                    found=7, steps=7)
            for name in names
        ),
        responses=(Response(shape="jawOpen", own=0.5, rises_most="jawOpen", by=0.5),),
        identity=Identity(
            reference="portrait", views=(Likeness(view="neutral", distance=0.3),),
            yaw=(-46, 46), worst=0.3, mean=0.3, impostor=0.7, same_person=0.6,
        ),
        closure=Closure(lips_neutral=0, lips_jaw_closed=0, lids_blink=0, eyes_left=0, blink_seen=1,
                        folded=0, folded_in=""),
        lip_sync=None,
        cost=Cost(build_s=2, build_cpu_s=2, package_bytes=600_000, render_ms=8, pose_ms=1),
        not_run={"LPIPS": "no network"},
    )  # fmt: skip
