"""What the desk concludes from levels, devices and the network: pure modules, case by case."""

from __future__ import annotations

import random
from typing import Any

import pytest


@pytest.fixture
def page(open_page: Any) -> Any:
    """A page that imports our modules as ``quality``, ``choice``, ``hearing`` and ``phone``."""
    page = open_page('<section id="sound"></section>')
    page.evaluate(
        """async () => {
          window.quality = await import("/static/js/softphone/quality.js");
          window.choice = await import("/static/js/desk/device-choice.js");
          window.hearing = await import("/static/js/desk/hearing.js");
          window.phone = await import("/static/js/desk/phone.js");
          window.sound = await import("/static/js/desk/sound.js");
        }"""
    )
    return page


# --- the network -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rtt", "jitter", "loss", "level", "cause"),
    [
        (30, 2, 0, "good", ""),
        (120, 20, 1, "good", ""),
        (300, 20, 0, "good", ""),
        (60, 4, 5, "fair", "loss"),
        (60, 4, 12, "poor", "loss"),
        (500, 10, 0, "fair", "delay"),
        (900, 60, 0, "poor", "delay"),
    ],
)
def test_a_measure_has_a_level_and_its_cause(
    page: Any, rtt: float, jitter: float, loss: float, level: str, cause: str
) -> None:
    measure = {"rtt": rtt, "jitter": jitter, "loss": loss}
    assert page.evaluate("(m) => quality.levelOf(m)", measure) == {"level": level, "cause": cause}


def test_more_loss_or_delay_is_never_better(page: Any) -> None:
    draw = random.Random(7)
    pairs = []
    for _ in range(500):
        better = {
            "rtt": draw.uniform(0, 1500),
            "jitter": draw.uniform(0, 200),
            "loss": draw.uniform(0, 60),
        }
        worse = {**better}
        name = draw.choice(list(worse))
        worse[name] += draw.uniform(0, 100)
        pairs.append((better, worse))
    ratings = page.evaluate(
        "(pairs) => pairs.map(([a, b]) => [quality.rating(a), quality.rating(b)])", pairs
    )
    assert all(0 <= worse <= better <= 93.2 for better, worse in ratings)


def test_the_level_moves_after_a_few_measures_and_at_once_when_cut(page: Any) -> None:
    bad, good = {"rtt": 60, "jitter": 4, "loss": 12}, {"rtt": 60, "jitter": 4, "loss": 0}
    measures = [good, bad, good, bad, bad, good, good, good, {"broken": True}]
    told = page.evaluate(
        "(measures) => { const watch = new quality.QualityWatch();"
        " return measures.map((one) => watch.add(one)?.level ?? ''); }",
        measures,
    )
    assert told == ["", "", "", "", "poor", "", "", "good", "poor"]


def test_loss_is_what_was_lost_late_or_not_heard_there(page: Any) -> None:
    before = {"packetsLost": 10, "packetsReceived": 100, "samples": 1000, "concealed": 100}

    def loss(**after: float) -> float:
        return float(
            page.evaluate("([b, a]) => quality.lossBetween(b, a)", [before, {**before, **after}])
        )

    assert loss() == 0
    assert loss(packetsLost=15, packetsReceived=195) == pytest.approx(5)
    assert loss(packetsReceived=200, samples=2000, concealed=200) == pytest.approx(10)
    assert loss(packetsReceived=200, lostThere=0.25) == pytest.approx(25)
    assert loss(packetsLost=0, packetsReceived=0) == 0  # another connection began


# --- devices ---------------------------------------------------------------------------------


def listed(*names: str) -> list[dict[str, str]]:
    """As a browser lists them: the system's choice first, then each headset as input and output."""
    devices = [
        {"kind": kind, "deviceId": "default", "label": "Default", "groupId": "g"}
        for kind in ("audioinput", "audiooutput")
    ]
    for name in names:
        for kind in ("audioinput", "audiooutput"):
            devices.append(
                {"kind": kind, "deviceId": name, "label": f"Casque {name}", "groupId": name}
            )
    return devices


def test_the_device_chosen_is_used_when_it_is_there(page: Any) -> None:
    def settle(wanted: Any, *names: str) -> Any:
        return page.evaluate("([w, l]) => choice.settle('headset', w, l)", [wanted, listed(*names)])

    a = {"id": "a", "label": "Casque a"}
    assert settle(a, "a", "b") == {**a, "missing": ""}
    assert settle(a, "b") == {"id": "", "label": "", "missing": "Casque a"}
    assert settle(None, "a") == {"id": "", "label": "", "missing": ""}
    again = {"id": "an older id", "label": "Casque b"}  # site data were cleared
    assert settle(again, "a", "b") == {"id": "b", "label": "Casque b", "missing": ""}


def test_what_went_and_what_came_back_is_told_once(page: Any) -> None:
    changes = page.evaluate(
        """([all, none]) => {
          const wanted = { id: "a", label: "Casque a" };
          const settle = (list) => Object.fromEntries(["microphone", "headset", "ring"]
            .map((kind) => [kind, choice.settle(kind, kind === "ring" ? null : wanted, list)]));
          return [choice.changesBetween(settle(all), settle(none)),
                  choice.changesBetween(settle(none), settle(all)),
                  choice.changesBetween(settle(all), settle(all))];
        }""",
        [listed("a"), listed()],
    )
    assert changes == [
        {"lost": ["Casque a"], "back": []},
        {"lost": [], "back": ["Casque a"]},
        {"lost": [], "back": []},
    ]


def test_the_systems_own_entries_are_not_devices(page: Any) -> None:
    options = page.evaluate("(l) => choice.devicesFor('microphone', l)", listed("a"))
    assert options == [{"id": "a", "label": "Casque a"}]
    assert page.evaluate("(l) => choice.hasMicrophone(l)", listed())
    assert not page.evaluate("(l) => choice.hasMicrophone(l)", [])


# --- voices ----------------------------------------------------------------------------------


def test_one_is_heard_between_two_words_and_silence_is_told_by_steps(page: Any) -> None:
    told = page.evaluate(
        """() => {
          const hearing_ = new hearing.Hearing();
          return [[0, 0.1], [1000, 0], [2000, 0], [6000, 0], [13000, 0], [13100, 0.05]]
            .map(([at, rms]) => hearing_.add(rms, at));
        }"""
    )
    assert [one["heard"] for one in told] == [True, True, False, False, False, True]
    assert [one["silentFor"] for one in told] == [0, 0, 0, 5, 10, 0]


def test_the_meter_goes_from_a_quiet_room_to_a_loud_voice(page: Any) -> None:
    shown = page.evaluate("[0, 0.0005, 0.01, 0.1, 0.5, 1].map(hearing.percentOf)")
    assert shown == sorted(shown)
    assert shown[0] == 0
    assert 30 < shown[2] < 50
    assert shown[-1] == 100


SILENCES: list[tuple[list[tuple[float, float]], list[bool]]] = [
    # (seconds, peak) … and whether the desk warns
    ([(0, 0), (9, 0), (10, 0), (11, 0.2)], [False, False, True, False]),
    ([(0, 0.2), (10, 0), (44, 0), (46, 0)], [False, False, False, True]),  # she listens
    ([(0, 0.001), (60, 0.001)], [False, False]),  # a quiet room is not a dead microphone
]


@pytest.mark.parametrize(("levels", "warned"), SILENCES)
def test_a_dead_microphone_is_told_from_somebody_who_listens(
    page: Any, levels: list[tuple[float, float]], warned: list[bool]
) -> None:
    found = page.evaluate(
        "(levels) => { const watch = new hearing.SilenceWatch();"
        " return levels.map(([at, peak]) => watch.add(peak, at * 1000)); }",
        levels,
    )
    assert found == warned


def test_her_own_silence_does_not_count_while_muted(page: Any) -> None:
    found = page.evaluate(
        "() => { const watch = new hearing.SilenceWatch(); watch.add(0, 0); watch.pause();"
        " return [watch.add(0, 60000), watch.add(0, 71000)]; }"
    )
    assert found == [False, True]


def test_the_notice_tells_the_worst_of_the_sound(page: Any) -> None:
    def warning(level: str, cause: str = "", *, silent: bool = False, leg: bool = True) -> Any:
        quality = {"level": level, "cause": cause}
        given = {"silent": silent, "quality": quality, "leg": leg}
        return page.evaluate("(given) => sound.warningOf(given)", given)

    assert warning("good") == ""
    assert warning("fair", "loss") == ""
    assert warning("good", silent=True) == "sound.silent"
    assert warning("poor", "delay", silent=True) == "network.poor.delay"
    assert warning("poor", "connection", leg=False) == ""


# --- the token -------------------------------------------------------------------------------


def test_a_token_is_renewed_before_its_end_however_short(page: Any) -> None:
    times = page.evaluate(
        "[3600, 300, 121, 100, 10, 1, 0, -60].map((s) => phone.renewalIn(s * 1000))"
    )
    assert times == [3_540_000, 240_000, 61_000, 50_000, 5_000, 1_000, 1_000, 1_000]
