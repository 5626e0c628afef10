"""Who disagrees, who failed and what that means for the run; workers are fakes."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crosscheck import cli, models
from crosscheck.errors import CrosscheckError, UnknownNameError, UsageError
from crosscheck.known import faults
from crosscheck.known import left_out as known
from crosscheck.known.faults import Fault
from crosscheck.measuring import catalog
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.report import render
from crosscheck.report.pages import exports
from crosscheck.report.pages import verify as page
from crosscheck.studies.verify import run as verify
from crosscheck.studies.verify.run import AGREES, DIFFERS, FAILED, KNOWN, SKIPPED
from tests.fakes import FAKES
from tests.helpers import same

SCRIPT = str(FAKES / "maker.py")
LENET = verify.Job(models.build("lenet"), ("a", "b", "c"))
EVERY = [("one", ""), ("one", "a"), ("two", ""), ("two", "b"), ("two", "c"), ("three", "")]


def info(id: str, *exports: str, reads: str = "", module: str = "json", needs: tuple[str, ...] = ()) -> FrameworkInfo:
    return FrameworkInfo(id, id.title(), module, "extra", (), (), reads, exports, "channels_first", needs)


KNOWN_FRAMEWORKS = {i.id: i for i in (info("one", "a"), info("two", "b", "c"), info("three"), info("runs", reads="onnx"))}


def prove(
    folder: Path,
    *jobs: verify.Job,
    known: dict[str, FrameworkInfo] | None = None,
    excused: Sequence[Fault] = (),
    keep: bool = False,
    **habits: tuple[str, ...],
) -> verify.Proof:
    """Run fakes; ``two=("(output)=off",)`` gives that framework a habit."""

    def launch(framework: str) -> list[str]:
        return [sys.executable, "-I", "-S", SCRIPT, framework, *habits.get(framework, ())]

    frameworks = KNOWN_FRAMEWORKS if known is None else known
    return verify.run(
        jobs or (LENET,),
        logs=folder / "logs",
        cache=folder / "cache",
        known=frameworks,
        excused=excused,
        keep=keep,
        timeout=20,
        launch=launch,
    )


def verdicts(proof: verify.Proof) -> dict[Any, str]:
    return {(c.framework, c.export): c.verdict for c in proof.checks}


def files(proof: verify.Proof) -> dict[str, str]:
    return render.files([page.full(proof), *exports.full(proof)])


def agree_but(**odd: str) -> dict[Any, str]:
    """Every path agrees but those named ``framework`` or ``framework_export``."""
    return {path: odd.get("_".join(filter(None, path)), AGREES) for path in EVERY}


def test_all_agree(tmp_path: Path) -> None:
    proof = prove(tmp_path, two=("(output)=noise",))
    same(verdicts(proof), agree_but())
    assert proof.exit_code == 0
    assert {c.path for c in proof.checks} >= {"one", "one → a → onnxruntime", "two → c → onnxruntime"}
    assert max(c.error or 0 for c in proof.checks) > 0
    assert [e.export for e in proof.exports] == ["b", "c", "a"]


@pytest.mark.parametrize("habit", ["off", "nan", "turned"])
def test_the_one_that_is_wrong_is_named_and_no_other(tmp_path: Path, habit: str) -> None:
    """On each of three networks another framework is wrong, in one run."""
    wrong = {"lenet": "one", "lenet5": "two", "lenet5-28": "three"}
    habits: dict[str, Any] = {framework: (f"{net}/(output)={habit}",) for net, framework in wrong.items()}
    proof = prove(tmp_path, *(verify.Job(models.build(net), LENET.exports) for net in wrong), **habits)
    for net, framework in wrong.items():
        same({(c.framework, c.export): c.verdict for c in proof.checks if c.model == net}, agree_but(**{framework: DIFFERS}))
        assert [line for line in page.brief(proof).notes if f"{framework} on {net} 1x1x" in line]
    assert len(proof.checks) == len(wrong) * len(EVERY)
    assert proof.exit_code == 1


def test_an_export_that_computes_something_else_is_caught_in_the_run(tmp_path: Path) -> None:
    proof = prove(tmp_path, two=("(export:c)=off",))
    same(verdicts(proof), agree_but(two_c=DIFFERS))
    assert proof.exit_code == 1


def test_two_that_disagree_leave_neither_standing(tmp_path: Path) -> None:
    known = {k: v for k, v in KNOWN_FRAMEWORKS.items() if k != "three"}
    proof = prove(tmp_path, known=known, two=("(output)=off",))
    assert {verdicts(proof)[x, ""] for x in ("one", "two")} == {DIFFERS}


def test_an_output_that_hardly_varies_proves_nothing(tmp_path: Path) -> None:
    flat = ("(output)=flat",)
    proof = prove(tmp_path, one=flat, two=flat, three=flat)
    assert set(verdicts(proof).values()) == {FAILED}
    assert "hardly varies" in proof.checks[0].message


@pytest.mark.parametrize(("habit", "verdict", "code"), [("error", FAILED, 1), ("unsupported", SKIPPED, 3), ("kill", FAILED, 1)])
def test_a_failed_export_is_a_row_and_takes_no_other_with_it(tmp_path: Path, habit: str, verdict: str, code: int) -> None:
    proof = prove(tmp_path, two=(f"(export:b)={habit}",))
    same(verdicts(proof), agree_but(two_b=verdict))
    assert proof.exit_code == code
    failed = next(c for c in proof.checks if c.export == "b")
    assert failed.message
    assert {e.export: e.status for e in proof.exports} == {"a": "ok", "b": "error" if habit == "kill" else habit, "c": "ok"}


def test_a_file_with_a_known_flaw_differs_whatever_it_gives_today(tmp_path: Path) -> None:
    proof = prove(tmp_path, two=("(export:b)=flawed",))
    same(verdicts(proof), agree_but(two_b=DIFFERS))
    assert next(c.message for c in proof.checks if c.export == "b") == "a flaw"


def test_a_framework_that_fails_takes_its_exports_with_it_and_no_other(tmp_path: Path) -> None:
    proof = prove(tmp_path, two=("*=dies",))
    same(verdicts(proof), agree_but(two=FAILED, two_b=FAILED, two_c=FAILED))


def test_without_any_output_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    dies = ("(output)=error",)
    proof = prove(tmp_path, one=dies, two=dies, three=dies)
    assert set(verdicts(proof).values()) == {FAILED}
    assert proof.exit_code == 1


def test_a_row_of_another_file_does_not_count(tmp_path: Path) -> None:
    proof = prove(tmp_path, three=("(output)=elsewhere",))
    same(verdicts(proof), agree_but(three=FAILED))


def test_what_is_not_installed_is_skipped_with_the_command_that_installs_it(tmp_path: Path) -> None:
    odd = {"two": info("two", "b", "c", module="no_such_module"), "one": info("one", "a", needs=("no-such-package",))}
    proof = prove(tmp_path, known=KNOWN_FRAMEWORKS | odd)
    same(verdicts(proof), agree_but(two=SKIPPED, two_b=SKIPPED, two_c=SKIPPED, one_a=SKIPPED))
    assert all("pip install" in c.message for c in proof.checks if c.verdict == SKIPPED)
    assert proof.exit_code == 3
    proof = prove(tmp_path, known=KNOWN_FRAMEWORKS | {"runs": info("runs", reads="onnx", needs=("no-such-package",))})
    same(verdicts(proof), agree_but(one_a=SKIPPED, two_b=SKIPPED, two_c=SKIPPED))


def test_a_known_fault_is_named_and_passes_and_one_that_has_closed_does_not(tmp_path: Path) -> None:
    excused = [Fault("le*", "b", "it rounds"), Fault("vgg*", "c", "never met")]
    proof = prove(tmp_path, two=("(export:b)=off",), excused=excused)
    same(verdicts(proof), agree_but(two_b=KNOWN))
    assert (proof.exit_code, page.brief(proof).notes) == (0, ())
    proof = prove(tmp_path, excused=excused)
    same(verdicts(proof), agree_but())
    assert (proof.exit_code, proof.closed) == (1, (excused[0],))
    assert "has closed" in page.brief(proof).notes[0]


def test_a_framework_itself_has_no_excuse(tmp_path: Path) -> None:
    proof = prove(tmp_path, two=("(output)=off",), excused=[Fault("*", "*", "anything goes")])
    assert verdicts(proof)["two", ""] == DIFFERS


def test_large_files_go_unless_they_are_to_stay(tmp_path: Path) -> None:
    there = tmp_path / "cache/lenet-1x1x28x28"
    prove(tmp_path, two=("(export:b)=large",))
    assert sorted(p.name for p in there.iterdir()) == ["a.onnx", "c.onnx"]
    prove(tmp_path, two=("(export:b)=large",), keep=True)
    assert sorted(p.name for p in there.iterdir()) == ["a.onnx", "b.onnx", "c.onnx"]


def test_groups_keep_the_disk_free_and_lose_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "GROUP_BYTES", LENET.bytes)
    jobs = [LENET, verify.Job(models.build("lenet5"), ("a",)), verify.Job(models.build("lenet", batch=2), ())]
    proof = prove(tmp_path, *jobs, one=("lenet5/(export:a)=off",))
    assert [(c.model, c.input, c.export) for c in proof.checks if c.verdict != AGREES] == [("lenet5", "1x1x32x32", "a")]
    assert {(c.model, c.input) for c in proof.checks} == {(j.model.name, j.model.input_text) for j in jobs}


def test_reports_hold_no_digit_that_the_next_run_changes(tmp_path: Path) -> None:
    first = files(prove(tmp_path, two=("(output)=noise",)))
    again = files(prove(tmp_path))
    assert first == again
    rows = list(csv.DictReader(io.StringIO(first["verify.csv"])))
    assert [(r["framework"], r["export"]) for r in rows] == EVERY
    assert {r["largest_relative_error"] for r in rows} == {"< 1e-5"}
    assert "6 paths, 6 agree." in first["verify.md"]


def test_the_report_says_what_does_not_agree_and_why(tmp_path: Path) -> None:
    text = files(prove(tmp_path, one=("(output)=off",), two=("(export:b)=error",)))["verify.md"]
    assert "| lenet" in text
    assert "≠ < 1e-2" in text
    assert "error on purpose" in text


def test_requests_are_checked_before_any_work() -> None:
    whole = verify.request(())
    assert {j.model.name for j in whole} == set(models.DEFAULT_SET)
    every = {e for i in catalog.frameworks().values() for e in i.exports}
    made = {(j.model.name, e) for j in whole for e in j.exports}
    assert made == {(m, e) for m in models.DEFAULT_SET for e in every} - set(known.exports())
    assert all(j.model.input_text == models.build(j.model.name).input_text for j in whole)
    assert verify.left_out(whole) == dict(known.exports())
    assert all(why.strip() and m in models.DEFAULT_SET and e in every for (m, e), why in known.exports().items())
    asked = verify.request((), exports=["tf"])
    assert {j.exports for j in asked} == {("tf",)}
    assert verify.left_out(asked) == verify.left_out(verify.request(["lenet"])) == {}
    assert set(verify.request(["vgg16"])[0].exports) == every
    assert verify.request(["vgg16"], exports=["none"])[0].exports == ()
    assert verify.request(["lenet"], exports=["torch"], batch=3)[0].model.batch == 3
    assert set(verify.request(["lenet"], frameworks=["pytorch"])[0].exports) == set(catalog.framework("pytorch").exports)
    with pytest.raises(UnknownNameError, match="torch"):
        verify.request(["lenet"], exports=["torhc"])
    with pytest.raises(UsageError, match="pytorch"):
        verify.request(["lenet"], exports=["torch"], frameworks=["paddlepaddle"])
    with pytest.raises(UsageError, match="builds no networks"):
        verify.request(["lenet"], frameworks=["onnx_graph"])


def test_exports_have_names_of_their_own_in_all_frameworks() -> None:
    names = [e for i in catalog.frameworks().values() for e in i.exports]
    assert len(set(names)) == len(names) >= 7
    assert verify.NONE not in names


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--export", "torhc"], "unknown export 'torhc'. Hint: did you mean torch"),
        (["--framework", "onnx_graph"], "builds no networks"),
        (["lenet9"], "unknown network 'lenet9'"),
        (["lenet", "--batch", "0"], "batch 0 is below 1"),
        (["lenet", "--timeout", "0"], "--timeout must be above 0 seconds"),
    ],
)
def test_a_bad_request_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["crosscheck", "verify", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert told in said.err


def test_the_command_writes_reports_and_ends_with_the_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    habits = {0: (), 1: ("(output)=off",), 3: ("(output)=unsupported",)}
    proofs = {code: prove(tmp_path, two=habit) for code, habit in habits.items()}
    for code, proof in proofs.items():
        monkeypatch.setattr(verify, "run", lambda *_, proof=proof, **__: proof)
        monkeypatch.setattr(sys, "argv", ["crosscheck", "verify", "lenet", "--out", str(tmp_path / "out")])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert ended.value.code == code
        assert "lenet     1x1x28x28" in said.out
        assert max(map(len, said.out.splitlines()[:-1])) <= 100
        assert bool(said.err) == bool(code)
        assert (tmp_path / "out/verify.md").read_text() == files(proof)["verify.md"]


@pytest.mark.parametrize("text", ["[[fault", '[[fault]]\nmodel = "x"', '[[fault]]\nmodel = "x"\nexport = "y"\nreason = " "'])
def test_a_fault_needs_a_reason(tmp_path: Path, text: str) -> None:
    (tmp_path / "faults.toml").write_text(text)
    with pytest.raises(CrosscheckError, match=r"faults\.toml"):
        faults.load(tmp_path / "faults.toml")


def test_the_known_faults_are_of_exports_that_exist() -> None:
    names = [e for i in catalog.frameworks().values() for e in i.exports]
    for fault in faults.load():
        assert any(fault.covers(m, e) for m in models.variants() for e in names), fault
