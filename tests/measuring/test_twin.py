"""Work shared with a copy of this process gives what it gives alone, whatever becomes of the copy."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from crosscheck.measuring import twin

SEVERAL = pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be copied here")


@pytest.fixture(params=[pytest.param(True, marks=SEVERAL), False], ids=["two processes", "one process"])
def copies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(twin, "possible", lambda: request.param)
    return bool(request.param)


def dies_elsewhere(how: Callable[[], object]) -> Callable[[], int]:
    """Work that comes to an end by ``how`` in any process but this one."""
    here = os.getpid()
    return lambda: 7 if os.getpid() == here else int(bool(how()))


def interrupted() -> None:
    """An interrupt of this process, also where it was started with interrupts ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.kill(os.getpid(), signal.SIGINT)


def test_both_results_come_back_and_the_other_one_from_elsewhere(copies: bool) -> None:
    large = [(n, str(n)) for n in range(50_000)]  # more than a pipe holds
    mine, (pid, theirs) = twin.both(os.getpid, lambda: (os.getpid(), large))
    assert theirs == large
    assert mine == os.getpid()
    assert (pid != mine) == copies


@pytest.mark.usefixtures("copies")
@pytest.mark.parametrize(
    "how",
    [
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        lambda: os._exit(3),
        lambda: 1 // 0,
        interrupted,
    ],
    ids=["killed", "ended", "raised", "interrupted"],
)
def test_a_copy_that_comes_to_nothing_is_made_up_for_here(how: Callable[[], object], capfd: pytest.CaptureFixture[str]) -> None:
    assert twin.both(lambda: 5, dies_elsewhere(how)) == (5, 7)
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("copies")
def test_what_cannot_be_sent_is_worked_out_here() -> None:
    def seven() -> int:
        return 7

    mine, theirs = twin.both(lambda: 5, lambda: seven)
    assert (mine, theirs()) == (5, 7)


def test_pieces_are_worked_on_once_each_and_in_both_processes(copies: bool) -> None:
    def noted(n: int) -> tuple[int, int]:
        time.sleep(0.01)
        return n, os.getpid()

    found = twin.each(noted, range(30))
    assert [n for n, _ in found] == [*range(30)]
    assert len({pid for _, pid in found}) == 1 + copies


@pytest.mark.usefixtures("copies")
def test_pieces_of_a_copy_that_dies_are_made_up_for_here() -> None:
    here = os.getpid()

    def mortal(n: int) -> int:
        time.sleep(0.01)
        if os.getpid() != here:
            os._exit(3)
        return n

    assert twin.each(mortal, range(20)) == [*range(20)]
    assert twin.each(mortal, ()) == []


@SEVERAL
@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt])
def test_an_end_of_the_work_here_leaves_no_process_behind(problem: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    fork = os.fork

    def here() -> None:
        raise problem

    def noted() -> int:
        made.append(fork())
        return made[-1]

    monkeypatch.setattr(twin, "possible", lambda: True)
    monkeypatch.setattr(os, "fork", noted)
    with pytest.raises(problem):
        twin.both(here, signal.pause)
    with pytest.raises(ProcessLookupError):
        os.kill(made[0], 0)
