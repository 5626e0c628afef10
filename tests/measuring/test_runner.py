"""Every ending of a worker becomes rows with a status and a reason, and takes no other cell with it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from crosscheck import models
from crosscheck.contract.rows import Measurement
from crosscheck.errors import CrosscheckError
from crosscheck.measuring import runner
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo
from crosscheck.measuring.plan import Launch, Outcome, Plan, Watch, limited, quiet
from tests.fakes import FAKES
from tests.fakes.worker import LENET5_MACS

SCRIPT = str(FAKES / "worker.py")
LENETS = (models.build("lenet5"), models.build("lenet5-28"))


def tool(id: str, framework: str = "fake", package: str = "pytest") -> ToolInfo:
    return ToolInfo(id, id, framework, package, "mac", ("compute",))


def plan(*tools: str, framework: str = "fake", module: str = "json", networks: int = 1) -> Plan:
    made = tuple(tool(t, framework) for t in tools)
    info = FrameworkInfo(framework, framework.title(), module, "extra", ("pytest",), made)
    return Plan(info, LENETS[:networks], made)


def launcher(**habits: str) -> Launch:
    """Starts the fake with ``tool=habit`` for every framework; a runner that starts it again and again is stopped."""
    launched: list[str] = []

    def launch(framework: str) -> list[str]:
        launched.append(framework)
        assert len(launched) <= 8, "workers are started without end"
        return [sys.executable, "-I", "-S", SCRIPT, *(f"{t}={h}" for t, h in habits.items())]

    return launch


def run(logs: Path, *plans: Plan, timeout: float = 20.0, watch: Watch | None = None, **habits: str) -> list[Outcome]:
    return runner.run(plans, logs=logs, timeout=timeout, launch=launcher(**habits), watch=watch or quiet)


def said(rows: Sequence[Measurement]) -> dict[tuple[str, str], object]:
    """Value or status of every cell, by (model, tool)."""
    return {(r.model, r.tool): r.value if r.status == "ok" else r.status for r in rows}


def test_a_worker_that_behaves_gives_its_rows_versions_and_exit_code(tmp_path: Path) -> None:
    (outcome,) = run(tmp_path, plan("a", "b", networks=2))
    assert said(outcome.rows) == {(m.name, t): LENET5_MACS for m in LENETS for t in "ab"}
    assert outcome.exit_codes == [0]
    assert outcome.info is not None
    assert (outcome.info.framework, outcome.info.versions) == ("fake", {"fake": "1.0"})


def test_every_row_of_a_cell_counts_and_those_of_a_cell_that_fails_do_not(tmp_path: Path) -> None:
    (outcome,) = run(tmp_path, plan("a", "b"), a="layers", b="half")
    rows = [(r.tool, r.layer, r.value) for r in outcome.rows]
    assert rows == [("a", "features.c1", 7), ("a", "(total)", LENET5_MACS), ("b", "(total)", None)]


def test_a_wrong_number_is_a_row_like_any_other(tmp_path: Path) -> None:
    (outcome,) = run(tmp_path, plan("a"), a="wrong")
    assert said(outcome.rows) == {("lenet5", "a"): LENET5_MACS + 1}, "the runner reports, it does not judge"


def test_what_a_worker_prints_goes_to_the_log_and_nowhere_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (outcome,) = run(tmp_path, plan("a"), a="noisy")
    assert said(outcome.rows) == {("lenet5", "a"): LENET5_MACS}
    assert capfd.readouterr() == ("", "")
    log = Path(outcome.log).read_text()
    assert log.count("a framework talks") == 200
    assert log.count('"event":"row"') == 200


ENDINGS = [
    ("kill", "the worker was ended by SIGKILL", [-9, 0]),
    ("segfault", "the worker was ended by SIGSEGV", [-11, 0]),
    ("exit", "the worker ended with exit code 3", [3, 0]),
    ("half", "the worker was ended by SIGKILL, in the middle of a line", [-9, 0]),
    ("garbage", "a line that is no row (JSONDecodeError", [0]),
    ("number", "a line that is no row (RowError: unknown event 7)", [0]),
    ("nameless", "a line that is no row (KeyError: 'event')", [0]),
    ("unknown", "a line that is no row (RowError: unknown event 'rwo')", [0]),
    ("float", "416520.0 is not an exact integer", [0]),
    ("lacking", "missing or unknown fields: unit", [0]),
    ("other_cell", "a row of lenet5 × somebody_else that is not of this cell", [0]),
    ("refuses", "ImportError: no such tool; log: fake.log", [0]),
    ("ends_another", "the worker wrote no row", [0]),
    ("silent", "the worker wrote no row", [0]),
]


@pytest.mark.parametrize(("habit", "message", "codes"), ENDINGS, ids=[e[0] for e in ENDINGS])
def test_a_cell_that_fails_is_an_error_with_its_reason_and_the_others_stand(
    tmp_path: Path, habit: str, message: str, codes: list[int]
) -> None:
    (outcome,) = run(tmp_path, plan("first", "second", "third"), second=habit)
    assert said(outcome.rows) == {
        ("lenet5", "first"): LENET5_MACS,
        ("lenet5", "second"): "error",
        ("lenet5", "third"): LENET5_MACS,
    }
    failed = next(r for r in outcome.rows if r.tool == "second")
    assert message in failed.message
    assert failed.message.endswith("; log: fake.log")
    assert (failed.value, failed.layer, failed.metric, failed.convention) == (None, "(total)", "compute", "mac")
    assert outcome.exit_codes == codes
    assert Path(outcome.log).name == "fake.log"
    assert Path(outcome.log).read_text().count("# exit code") == len(codes)


def test_a_worker_that_hangs_is_ended_and_the_rest_is_done(tmp_path: Path) -> None:
    (outcome,) = run(tmp_path, plan("first", "second", "third"), timeout=1.0, second="hang")
    assert said(outcome.rows)["lenet5", "second"] == "error"
    assert said(outcome.rows)["lenet5", "third"] == LENET5_MACS
    assert outcome.rows[1].message == "no answer within 1 s, so it was ended; log: fake.log"
    assert outcome.exit_codes == [-9, 0]
    assert alive(Path(outcome.log)) == []


def test_a_worker_that_never_says_a_word_fails_every_cell_once(tmp_path: Path) -> None:
    (outcome,) = runner.run(
        [plan("a", "b", networks=2)], logs=tmp_path, launch=lambda _: [sys.executable, "-I", "-S", SCRIPT, "*=crash"]
    )
    assert set(said(outcome.rows).values()) == {"error"}
    assert len(outcome.rows) == 4
    assert {r.message for r in outcome.rows} == {"the worker ended with exit code 7: cannot import the framework; log: fake.log"}
    assert outcome.exit_codes == [7], "it is not started again and again"
    assert outcome.info is None
    assert "cannot import the framework" in Path(outcome.log).read_text()


def test_a_worker_that_cannot_be_started_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(CrosscheckError, match=r"fake: the worker cannot be started: .*No such file"):
        runner.run([plan("a")], logs=tmp_path, launch=lambda _: [str(tmp_path / "no-such-program")])


def test_a_framework_that_is_not_installed_is_skipped_with_the_command_that_installs_it(tmp_path: Path) -> None:
    events: list[tuple[str, ...]] = []
    (outcome,) = run(tmp_path, plan("a", "b", module="no_such_module"), watch=lambda *e: events.append(e))
    assert said(outcome.rows) == {("lenet5", "a"): "skipped", ("lenet5", "b"): "skipped"}
    for r in outcome.rows:
        assert re.fullmatch(r"Fake is not installed. Install it with: pip install .*\[extra\].*", r.message)
    assert events == [("fake", "lenet5", t, "skipped") for t in "ab"]
    assert outcome.exit_codes == []


def test_a_tool_that_is_not_installed_is_skipped_and_the_others_run(tmp_path: Path) -> None:
    made = (tool("there"), tool("missing", package="no-such-package|nor-this"))
    info = FrameworkInfo("fake", "Fake", "json", "extra", (), made)
    (outcome,) = run(tmp_path, Plan(info, LENETS[:1], made))
    assert said(outcome.rows) == {("lenet5", "there"): LENET5_MACS, ("lenet5", "missing"): "skipped"}
    assert "no-such-package|nor-this is not installed. Install it with: " in outcome.rows[0].message


def test_frameworks_side_by_side_do_not_hurt_each_other(tmp_path: Path) -> None:
    both = [plan("a", framework="left", networks=2), plan("b", framework="right", networks=2)]
    left, right = run(tmp_path, *both, a="segfault")
    assert (left.name, right.name) == ("left", "right"), "outcomes come in the order of the plans"
    assert set(said(left.rows).values()) == {"error"}
    assert said(right.rows) == {(m.name, "b"): LENET5_MACS for m in LENETS}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["left.log", "right.log"]


def test_the_watcher_hears_of_every_cell_as_it_starts_and_ends(tmp_path: Path) -> None:
    events: list[tuple[str, ...]] = []
    run(tmp_path, plan("a", "b"), b="kill", watch=lambda *e: events.append(e))
    assert events == [("fake", "lenet5", t, e) for t, e in [("a", "start"), ("a", "ok"), ("b", "start"), ("b", "error")]]


def alive(*logs: Path) -> list[int]:
    """Hanging fakes, which wrote their process ids to the logs, that still run."""
    pids = [int(p) for log in logs for p in re.findall(r"^pid (\d+)$", log.read_text(), re.MULTILINE)]
    if not pids:
        raise AssertionError("no worker hung, so nothing is proved")
    return [p for p in pids if Path(f"/proc/{p}").exists() or runs(p)]


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def once_hanging(logs: Sequence[Path], act: Callable[[], None]) -> Watch:
    """A watcher that acts once every worker hangs."""

    def watch(*event: str) -> None:
        if event[-1] == "start":
            threading.Thread(target=wait, daemon=True).start()

    done = threading.Event()

    def wait() -> None:
        for _ in range(500):
            if all(log.exists() and "pid " in log.read_text() for log in logs):
                if not done.is_set():
                    done.set()
                    act()
                return
            time.sleep(0.01)

    return watch


@pytest.fixture
def interruptible() -> Iterator[None]:
    """This process hears an interrupt, however it was started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_every_worker_and_is_raised_again(tmp_path: Path) -> None:
    logs = [tmp_path / "left.log", tmp_path / "right.log"]
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(
            tmp_path,
            plan("a", framework="left", networks=2),
            plan("a", framework="right", networks=2),
            a="hang",
            watch=once_hanging(logs, lambda: os.kill(os.getpid(), signal.SIGINT)),
        )
    assert alive(*logs) == []
    assert time.monotonic() - started < 10, "the worker would have slept for a minute"


def test_an_interrupt_from_the_watcher_ends_the_worker_too(tmp_path: Path) -> None:
    def watch(*event: str) -> None:
        if event[2:] == ("b", "start"):
            time.sleep(0.1)  # it writes its process id before it is ended
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, plan("a", "b", "c"), b="hang", watch=watch)
    assert alive(tmp_path / "fake.log") == []


def test_a_worker_that_wants_more_memory_than_it_may_take_fails_by_itself() -> None:
    """A megabyte is taken and a gigabyte is not, with half of one to write to."""

    def ended(megabytes: int) -> subprocess.CompletedProcess[str]:
        taking = [sys.executable, "-I", "-S", "-c", f"bytearray({megabytes} << 20)"]
        return subprocess.run(limited(0.5, lambda _: taking)("fake"), capture_output=True, text=True, check=False)

    assert ended(1).returncode == 0
    assert "MemoryError" in ended(1024).stderr
