"""Mutated texts of Caffe networks are counted or refused in one line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosscheck.counting import engine
from crosscheck.errors import UsageError
from crosscheck.importers.caffe.load import bundled, load
from crosscheck.importers.imported import Imported
from tests.helpers import floor
from tests.importers.caffe.defects import BAD

SEEDS = st.sampled_from([path.read_bytes() for path in bundled().values()]) | st.sampled_from(
    [text.encode() for text, _ in BAD.values() if isinstance(text, str) and len(text) < 2000]
)
WHAT = (b"{", b"}", b'"', b"-1", b"7", b"99999999999", b"layer {", b"#", b"\xc4", b"\0\xfe\x9f")


def drawn(random: Random) -> list[tuple[str, int, bytes]]:
    """Changes at places all over a file; one alone often leaves a network."""
    hows = ("set", "cut", "add", "digit", "line", "swap")
    many = random.choice([1, 1, 1, 2, 8])
    return [(random.choice(hows), random.randrange(1 << 20), random.choice(WHAT)) for _ in range(many)]


def mutated(body: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    """The text after bytes are set, cut or added, digits changed, lines doubled or swapped."""
    out = bytearray(body)
    for how, place, what in changes:
        at = place % max(len(out), 1)
        lines = bytes(out).splitlines(keepends=True)
        if how == "set":
            out[at : at + len(what)] = what
        elif how == "cut":
            del out[at : at + len(what) * 3]
        elif how == "add":
            out[at:at] = what
        elif how == "digit":
            digits = [k for k, byte in enumerate(out) if 48 <= byte < 58]
            if digits:
                k = digits[place % len(digits)]
                out[k : k + 1] = what if what.isdigit() else b"%d" % what[0]
        elif lines and how == "line":
            k = place % len(lines)
            out = bytearray(b"".join([*lines[: k + 1], lines[k] * (what[0] % 4), *lines[k + 1 :]]))
        elif lines:
            k, m = place % len(lines), what[0] % len(lines)
            lines[k], lines[m] = lines[m], lines[k]
            out = bytearray(b"".join(lines))
    return bytes(out)


def attempt(path: Path, phase: str) -> tuple[Imported | None, str]:
    """The network, or why there is none."""
    try:
        return load(path, phase=phase), ""
    except UsageError as reason:
        return None, str(reason)


def test_mutated_files_are_counted_or_refused(tmp_path: Path) -> None:
    path, reached = tmp_path / "net.prototxt", Counter[str]()

    @given(seed=SEEDS, random=st.randoms(use_true_random=True), phase=st.sampled_from(["TRAIN", "TEST"]))
    @settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def law(seed: bytes, random: Random, phase: str) -> None:
        path.write_bytes(mutated(seed, drawn(random)))
        found, refused = attempt(path, phase)
        reached["counted" if found else "refused"] += 1
        if found is None:
            assert refused.isprintable()
            return
        counted = engine.tally(found.model)
        assert all(n >= 0 for counts in counted.totals.values() for n in counts.values())
        assert all(note.isprintable() for note in found.notes)

    law()
    floor(reached, counted=10, refused=100)
