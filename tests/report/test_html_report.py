"""The HTML page of ``confirm --report``: whole, well formed, escaped, and on its own."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import stat
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import matplotlib
import pytest
import samples
from commands import run_python
from page import Page
from samples import STALE

from flake8_theano_updates.cli import main as cli
from flake8_theano_updates.cli import verdicts as asking
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report import html as html_report
from flake8_theano_updates.report import terminal
from flake8_theano_updates.report import text as text_report

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FINDING = replace(
    samples.FINDING, line=2, column=5, end_line=2, end_column=13, registered_line=1, update_line=2
)
CONFIRMED = replace(samples.CONFIRMED, snippet="import theano\nif 1 < 2 & 3: pass\n")
LINES = ("first\n", "second < third\n", "third\n", "fourth\n", "fifth\n")


def page_of(*pairs: tuple[Finding, Verdict], sources: html_report.Sources | None = None) -> Page:
    findings, verdicts = [f for f, _ in pairs], [v for _, v in pairs]
    return Page(html_report.report(findings, verdicts, sources or {}))


def test_each_finding_is_in_the_table_and_told_below() -> None:
    others = [
        replace(CONFIRMED, status="agrees", reason="no difference", first_difference=None),
        Verdict("raises", "TypeError: no", "theano", "1.0.5", "3.11.7", snippet="x"),
        Verdict("unresolved", "too large"),
    ]
    pairs = [
        (replace(FINDING, line=line, message=f"message {line}"), verdict)
        for line, verdict in enumerate([CONFIRMED, *others], start=1)
    ]
    page = page_of(*pairs)
    anchors = [attrs["id"] for attrs in page.all("article")]
    assert [attrs["href"] for attrs in page.all("a")] == [f"#{anchor}" for anchor in anchors]
    for finding, verdict in pairs:
        assert page.text.count(f"a.py:{finding.line}:5") == 2
        assert finding.message in page.text
        assert text_report.in_words(verdict) in page.text
    assert "4 findings: 1 confirmed, 1 refuted, 1 raises, 1 unresolved" in page.text
    assert page.text.count(samples.CONFIRMED.reason) == 2
    assert len(page.plots) == len(page.all("svg")) == 2


def test_the_page_needs_nothing_else() -> None:
    source = html_report.report([FINDING], [CONFIRMED], {("a.py", None): LINES})
    assert not re.search(r"http|src=|url\(|@import|<script|<link|//", source)


def test_whatever_is_hostile_is_text() -> None:
    bad = "</pre><script>alert(1)</script>&amp;\"'--><img/src=x onerror=y>"
    path = f"{bad}.py"
    hostile = replace(FINDING, path=path, message=bad, name=bad, code=bad, variable=bad, target=bad)
    verdict = replace(
        CONFIRMED,
        reason=bad,
        backend=bad,
        backend_version=bad,
        names=(bad, f"{bad}2"),
        snippet=bad,
        stand_ins=(bad, f"{bad}: {bad}"),
    )
    refused = Verdict("raises", bad, bad, bad, bad)
    page = page_of((hostile, verdict), (hostile, refused), sources={(path, None): [bad, bad, bad]})
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "img"})
    tame = page_of(
        (FINDING, replace(CONFIRMED, stand_ins=("of the file", "w: a number"))),
        (FINDING, refused),
        sources={("a.py", None): LINES[:3]},
    )
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in tame.elements]
    assert page.text.count(path) == 4
    assert [attrs["aria-label"] for attrs in page.plots] == [f"{bad}2 after 0 to 1 call"]


def test_what_a_browser_hides_or_follows_is_shown_as_an_escape() -> None:
    bad = "a\u202eb\u2066c\x1b[31m\x00\r\xad\ud800"
    shown = r"a\u202eb\u2066c\x1b[31m\x00\r\xad\ud800"
    finding = replace(FINDING, path=bad, message=bad, name=bad, code=bad, variable=bad, target=bad)
    verdict = replace(
        CONFIRMED,
        reason=bad.replace("\r", ""),
        names=(bad, f"{bad}2"),
        snippet=f"\tfirst {bad}\nsecond\n",
        stand_ins=(bad, f"{bad}: {bad}"),
    )
    source = html_report.report([finding], [verdict], {(bad, None): ["\tone", f"\ttwo {bad}\n"]})
    assert all(one.isprintable() or one in "\t\n" for one in source)
    page = Page(source)
    assert f"1      one\n2      two {shown}\n" in page.text
    assert f"\n\tfirst {shown}\nsecond\n" in [data for tag, data in page.texts if tag == "pre"]
    assert f"{shown}: {shown}" in page.text
    assert [attrs["aria-label"] for attrs in page.plots] == [f"{shown}2 after 0 to 1 call"]


def test_what_stood_in_is_listed_with_the_program() -> None:
    own = "the initial values that the file shows"
    stand_ins = (own, "w: its start stands in", "gradient: of a cost of its own")
    page = page_of((FINDING, replace(CONFIRMED, stand_ins=stand_ins)))
    shown = page.text[page.text.index("The program that was run") :]
    places = [shown.index(phrase) for phrase in ("What stood in:", *stand_ins, CONFIRMED.snippet)]
    assert places == sorted(places)
    assert len(page.all("li")) == 3
    assert ("code", "gradient") in page.texts
    assert page_of((FINDING, CONFIRMED)).all("ul") == []


def test_the_source_around_the_finding_is_shown() -> None:
    page = page_of((FINDING, CONFIRMED), sources={("a.py", None): LINES})
    assert "1  first\n2  second < third\n3  third\n4  fourth" in page.text
    assert "fifth" not in page.text
    assert [data for tag, data in page.texts if tag == "mark"] == ["second < third"]


def test_a_long_way_to_the_registration_is_not_shown() -> None:
    far = replace(FINDING, line=90, end_line=90)
    page = page_of((far, CONFIRMED), sources={("a.py", None): [f"<{n}>" for n in range(1, 100)]})
    assert "88  <88>\n89  <89>\n90  <90>\n91  <91>\n92  <92>" in page.text
    assert "<87>" not in page.text


def test_a_line_beyond_the_file_is_left_out() -> None:
    page = page_of((replace(FINDING, line=9), CONFIRMED), sources={("a.py", None): LINES})
    assert page.all("mark") == []


def test_findings_of_notebooks_name_their_cell() -> None:
    cell = replace(FINDING, path="train.ipynb", cell=4, registered_cell=3)
    sources = {("train.ipynb", 3): ["other"], ("train.ipynb", 4): ["one", "two"]}
    page = page_of((cell, CONFIRMED), sources=sources)
    assert page.text.count("train.ipynb:cell 4:2:5") == 2
    assert "1  one\n2  two" in page.text
    assert "other" not in page.text


def test_the_snippet_is_whole() -> None:
    assert f"\n{CONFIRMED.snippet}" in [
        data for tag, data in page_of((FINDING, CONFIRMED)).texts if tag == "pre"
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (math.nan, "not a number (nan)"),
        (math.inf, "infinite (inf)"),
        (-math.inf, "minus infinite (-inf)"),
    ],
)
def test_what_is_not_finite_is_said_and_leaves_a_gap(value: float, words: str) -> None:
    rows = ((1.0,), (2.0,), (value,), (3.0,), (4.0,))
    verdict = replace(
        CONFIRMED,
        names=("param",),
        as_compiled=rows,
        reversed=rows,
        with_new_value=((1.0,), (2.0,), (2.5,), (3.0,), (4.0,)),
        first_difference=2,
    )
    page = page_of((FINDING, verdict))
    assert (
        f"As compiled, param is {words} after 2 calls; 1 of 5 values is not finite, "
        "and the line has a gap there." in page.text
    )
    assert page.text.count("and the line has a gap there") == 1
    compiled, mended = page.lines("compiled"), page.lines("mended")
    assert [line.count("M") for line in (*compiled, *mended)] == [2, 1]
    assert [line.count("L") for line in (*compiled, *mended)] == [2, 4]
    assert not any("nan" in d or "inf" in d for d in (*compiled, *mended))


def test_without_any_finite_value_there_is_no_plot() -> None:
    rows = ((math.nan,), (math.nan,))
    verdict = replace(
        CONFIRMED, names=("param",), as_compiled=rows, reversed=rows, with_new_value=rows
    )
    page = page_of((FINDING, replace(verdict, status="agrees", first_difference=None)))
    assert page.plots == page.all("svg") == []
    assert "With the new value, param is not a number (nan) at the start; 2 of 2" in page.text


@pytest.mark.parametrize(
    "numbers",
    [
        (0.0, 0.0),
        (5e-324, 0.0),
        (-1.7e308, 1.7e308),
        (1.0, math.nextafter(1.0, 2.0)),
        (7.0,),
        tuple(map(float, range(500))),
    ],
)
def test_points_stay_within_the_plot(numbers: tuple[float, ...]) -> None:
    rows = tuple((value,) for value in numbers)
    verdict = replace(
        CONFIRMED,
        names=("param",),
        as_compiled=rows,
        reversed=rows,
        with_new_value=rows,
        first_difference=None,
        status="agrees",
    )
    page = page_of((FINDING, verdict))
    (svg,) = page.all("svg")
    _, _, width, height = map(float, (svg["viewbox"] or "").split())
    for line in (*page.lines("compiled"), *page.lines("mended")):
        points = [tuple(map(float, p.split())) for p in re.split("[ML]", line)[1:]]
        assert len(points) == len(numbers)
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


def test_without_findings_the_page_says_so() -> None:
    page = page_of()
    assert "no findings, nothing to confirm" in page.text
    assert page.all("table") == []


ROWS = ((1.0, 0.0), (2.0, 0.5), (3.0, 1.0))


@pytest.mark.parametrize("missing", ["as_compiled", "reversed", "with_new_value"])
def test_programs_that_did_not_run_are_left_out(missing: str) -> None:
    full = replace(CONFIRMED, as_compiled=ROWS, reversed=ROWS, with_new_value=ROWS)
    partial = replace(full, first_difference=None, status="raises", **{missing: ()})
    page = page_of((FINDING, partial))
    heads = {"as_compiled": "as compiled", "reversed": "reversed"}
    shown = [data for tag, data in page.texts if tag == "th"][4:]
    if missing == "as_compiled":
        assert shown == []
    else:
        others = ["as compiled", "reversed", "with the new value"]
        others.remove(heads.get(missing, "with the new value"))
        assert shown == ["calls", *others]
        assert len(page.lines("mended")) == (missing == "reversed")


@pytest.mark.parametrize(
    ("code", "words"), [("THU102", "with the new value"), ("THU201", "as meant")]
)
def test_the_legend_names_what_is_drawn(code: str, words: str) -> None:
    page = page_of((replace(FINDING, code=code), CONFIRMED))
    legend = [data for tag, data in page.texts if tag == "span"]
    assert legend[-2:] == ["as compiled", words]
    assert [data for tag, data in page.texts if tag == "th"][4:] == [
        *("calls", "as compiled", "reversed", words)
    ]


def test_verdicts_without_any_rows_have_no_figure() -> None:
    bare = replace(CONFIRMED, names=(), as_compiled=(), reversed=(), with_new_value=())
    assert page_of((FINDING, bare)).all("figure") == []


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (-1.5, 1.0, ["-1.5", "-1", "-0.5", "0", "0.5", "1"]),
        (0.0, 1000.0, ["0", "200", "400", "600", "800", "1000"]),
        (0.13, 0.47, ["0.1", "0.2", "0.3", "0.4", "0.5"]),
        (-0.3, 0.7, ["-0.4", "-0.2", "0", "0.2", "0.4", "0.6", "0.8"]),
        (7.0, 7.0, ["6.6", "6.8", "7", "7.2", "7.4"]),
        (0.0, 0.0, ["-0.06", "-0.04", "-0.02", "0", "0.02", "0.04", "0.06"]),
        (0.0, 5e-324, ["-0.06", "-0.04", "-0.02", "0", "0.02", "0.04", "0.06"]),
        (1.0, math.nextafter(1.0, 2.0), ["0.95", "0.975", "1", "1.025", "1.05"]),
        (1.0, 1.0000005, ["1", "1.0000002", "1.0000004", "1.0000006"]),
        (-1e308, 1e308, ["-1e+308", "-0.5e+308", "0", "0.5e+308", "1e+308"]),
    ],
)
def test_the_axis_has_round_numbers(low: float, high: float, labels: list[str]) -> None:
    rows = ((low,), (high,))
    verdict = replace(
        CONFIRMED, names=("param",), as_compiled=rows, reversed=rows, with_new_value=rows
    )
    shown = [data for tag, data in page_of((FINDING, verdict)).texts if tag == "text"]
    assert shown == ["0", "1", "calls", *labels, "first difference"]


def test_both_lines_show_where_they_coincide() -> None:
    verdict = replace(CONFIRMED, as_compiled=ROWS, reversed=ROWS, with_new_value=ROWS)
    page = page_of((FINDING, verdict))
    dots, rings = (page.strokes(kind, "use") for kind in ("compiled", "mended"))
    assert len(dots) == len(rings) == 3
    assert [(one["x"], one["y"]) for one in dots] == [(one["x"], one["y"]) for one in rings]
    assert all("fill: var(--compiled)" in dot["style"] for dot in dots)
    assert all("fill-opacity: 0" in ring["style"] for ring in rings)
    marks = {path.get("id"): path["d"] for path in page.all("path")}
    sizes = [marks[one["xlink:href"][1:]].split()[2] for one in (dots[0], rings[0])]
    assert sizes == ["2.5", "5"]
    assert page.lines("compiled") == page.lines("mended")
    drawn = {kind: [p["style"] for p in page.strokes(kind)] for kind in ("compiled", "mended")}
    assert not any("dash" in style for style in drawn["compiled"])
    assert any("stroke-dasharray" in style for style in drawn["mended"])


def test_the_call_at_which_they_part_is_marked() -> None:
    def across(verdict: Verdict) -> tuple[list[str], list[str]]:
        page = page_of((FINDING, verdict))
        return page.lines("soft"), [dot["x"] for dot in page.strokes("compiled", "use")]

    full = replace(CONFIRMED, as_compiled=ROWS, reversed=ROWS, with_new_value=ROWS)
    (line,), dots = across(replace(full, first_difference=2))
    assert {point.split()[0] for point in re.split("[ML]", line)[1:]} == {dots[2]}
    # Its words stay within the plot.
    page = page_of((FINDING, replace(full, first_difference=2)))
    assert [a["style"].count("text-anchor: end") for a in page.all("text")][-1] == 1
    assert across(replace(full, first_difference=None))[0] == []


def test_many_points_are_marked_only_where_no_line_shows_them() -> None:
    rows = [(math.nan if call in (50, 52) else float(call),) for call in range(60)]
    verdict = replace(
        CONFIRMED, names=("param",), as_compiled=rows, reversed=(), with_new_value=rows
    )
    page = page_of((FINDING, verdict))
    assert len(page.strokes("compiled", "use")) == len(page.strokes("mended", "use")) == 1


def test_plots_have_the_colours_of_the_page() -> None:
    source = html_report.report([FINDING], [CONFIRMED], {})
    (plot,) = re.findall("<svg.*?</svg>", source, re.DOTALL)
    assert "<style" not in plot
    used = set(re.findall(r"(?:fill|stroke): ([^;\"]*)", plot))
    assert used == {"none", *(f"var(--{name})" for name in ("compiled", "mended", "soft", "rule"))}
    style = source[: source.index("</style>")]
    light, dark = style.split("prefers-color-scheme: dark")
    for name in ("compiled", "mended", "soft", "rule"):
        assert f"--{name}:" in light
        assert f"--{name}:" in dark


def test_a_page_is_the_same_each_time_whatever_the_settings_of_matplotlib() -> None:
    def written() -> str:
        return html_report.report([FINDING] * 2, [CONFIRMED] * 2, {("a.py", None): LINES})

    before = written()
    settings = {"svg.fonttype": "path", "lines.linewidth": 9, "grid.linewidth": 9}
    with matplotlib.rc_context(settings):
        assert written() == before
        assert {name: matplotlib.rcParams[name] for name in settings} == settings


def test_no_id_stands_twice() -> None:
    page = page_of(*[(FINDING, replace(CONFIRMED, snippet=f"a\n\n\n{FRAME}"))] * 3)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = [a.get("href") or a.get("xlink:href") for _, a in page.elements]
    assert {target for target in targets if target} <= {f"#{one}" for one in ids}


FRAME = "def run():\n    return 1 < 2\n\n\nrun()\n"


def test_what_several_programs_end_with_stands_once() -> None:
    snippets = [f"import a\n\n\nx = {n}\n\n\n{FRAME}" for n in range(3)] + ["other\n"]
    page = page_of(*((FINDING, replace(CONFIRMED, snippet=snippet)) for snippet in snippets))
    shown = [data for tag, data in page.texts if tag == "pre"]
    assert shown == [
        *(f"\nimport a\n\n\nx = {n}\n\n\n" for n in range(3)),
        "\nother\n",
        f"\n{FRAME}",
    ]
    links = [a["href"] for a in page.all("a") if not (a["href"] or "").startswith("#finding")]
    (end,) = [attrs["id"] for attrs in page.all("pre") if "id" in attrs]
    assert links == [f"#{end}"] * 3


def test_a_page_of_many_findings_stays_small() -> None:
    frame = "".join(f"def helper_{n}():\n    return '{n}'\n\n\n" for n in range(200)) + "x\n"
    verdicts = [
        replace(CONFIRMED, snippet=f"import a\n\n\ndef build{n}(): pass\n\n\n{frame}")
        for n in range(30)
    ]
    source = html_report.report([FINDING] * 30, verdicts, {("a.py", None): LINES})
    assert len(source) < 30 * 8_000


@pytest.fixture
def stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.py").write_text(STALE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(asking, "confirm", lambda *_, **__: [CONFIRMED])
    return tmp_path


def test_the_command_line_writes_it_beside_its_usual_output(
    stale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("text", "json"):
        assert cli.main(["confirm", f"--format={form}", "a.py"]) == 1
        plain = capsys.readouterr()
        assert cli.main(["confirm", f"--format={form}", "--report=out.html", "a.py"]) == 1
        assert capsys.readouterr() == plain
    page = Page((stale / "out.html").read_text(encoding="utf-8"))
    assert "7:32" in page.text
    assert "7  updates.append((param, param + velocity))" in page.text
    assert sorted(os.listdir(stale)) == ["a.py", "out.html"]


def test_the_command_line_shows_the_code_of_a_cell(stale: Path) -> None:
    head, tail = STALE[: STALE.index("updates.app")], STALE[STALE.index("updates.app") :]
    cells = [{"cell_type": "code", "metadata": {}, "source": part} for part in (head, tail)]
    (stale / "n.ipynb").write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))
    assert cli.main(["confirm", "--report=out.html", "n.ipynb"]) == 1
    page = Page((stale / "out.html").read_text(encoding="utf-8"))
    assert "n.ipynb:cell 2:2:32" in page.text
    assert "2  updates.append((param, param + velocity))" in page.text


def test_without_verdicts_no_page_is_written_and_it_says_so(
    stale: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(findings, **options):
        raise ZeroDivisionError("one")

    monkeypatch.setattr(asking, "confirm", fails)
    assert cli.main(["confirm", "--report=out.html", "a.py"]) == 3
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("theano-updates: internal error: ZeroDivisionError: one at ")
    assert second == (
        "theano-updates: --report: out.html: no page is written, as there are no verdicts"
    )
    assert not (stale / "out.html").exists()


def test_a_page_that_fails_takes_no_verdicts_along(
    stale: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*given: object) -> str:
        raise ZeroDivisionError("one")

    monkeypatch.setattr(html_report, "report", fails)
    assert cli.main(["confirm", "--report=out.html", "a.py"]) == 3
    seen = capsys.readouterr()
    assert seen.out.endswith("1 finding: 1 confirmed\n")
    start = "theano-updates: --report: internal error: ZeroDivisionError: one at "
    assert seen.err.startswith(start)
    assert os.listdir(stale) == ["a.py"]


def test_a_page_is_written_whatever_becomes_of_the_text(
    stale: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*given: object, **named: object) -> str:
        raise ZeroDivisionError("one")

    monkeypatch.setattr(terminal, "confirmation", fails)
    assert cli.main(["confirm", "--report=out.html", "a.py"]) == 3
    start = "theano-updates: internal error: ZeroDivisionError: one at "
    assert capsys.readouterr().err.startswith(start)
    assert "7:32" in Page((stale / "out.html").read_text(encoding="utf-8")).text


@pytest.mark.parametrize("package", ["jinja2", "matplotlib"])
def test_without_what_the_page_needs_it_says_so_before_all_the_work(
    stale: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    package: str,
) -> None:
    monkeypatch.setattr(asking, "confirm", lambda *_, **__: pytest.fail("it is known before"))
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    for name in ("html", "plots"):
        monkeypatch.delitem(sys.modules, f"flake8_theano_updates.report.{name}")
        monkeypatch.delattr(f"flake8_theano_updates.report.{name}")
    assert cli.main(["confirm", "--report=out.html", "a.py"]) == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err.startswith(
        "theano-updates: --report: the page needs jinja2 and matplotlib: "
        'pip install "flake8-theano-updates[report]'
    )
    assert seen.err.count("\n") == 1
    assert os.listdir(stale) == ["a.py"]


def test_what_the_page_needs_is_loaded_for_a_page_only(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from flake8_theano_updates.cli import main\n"
        "main.main(['confirm', 'a.py'])\n"
        "print({'jinja2', 'matplotlib'} & set(sys.modules))\n"
    )
    (tmp_path / "a.py").write_text("import theano\n")
    done = run_python("-c", code, cwd=tmp_path)
    assert done.stderr == ""
    assert done.stdout.endswith("set()\n")


def test_a_page_has_the_permissions_of_any_new_file(stale: Path) -> None:
    (stale / "usual").touch()
    cli.main(["confirm", "--report=out.html", "a.py"])
    usual, page = ((stale / name).stat().st_mode for name in ("usual", "out.html"))
    assert stat.S_IMODE(page) == stat.S_IMODE(usual)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("gone/out.html", "No such file or directory"),
        ("a.py/out.html", "Not a directory"),
        ("folder", "there is something else that is no HTML page"),
        ("a.py", "there is something else that is no HTML page"),
        (os.devnull, "there is something else that is no HTML page"),
    ],
)
def test_where_it_cannot_be_written_it_says_so(
    stale: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    reason: str,
) -> None:
    monkeypatch.setattr(asking, "confirm", lambda *_, **__: pytest.fail("it is known before"))
    (stale / "folder").mkdir()
    assert cli.main(["confirm", "--report", path, "a.py"]) == 2
    seen = capsys.readouterr()
    assert seen == ("", f"theano-updates: --report: {path}: {reason}\n")
    assert (stale / "a.py").read_text() == STALE
    assert sorted(os.listdir(stale)) == ["a.py", "folder"]


def test_a_failing_write_leaves_the_page_that_was_there(
    stale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (stale / "out.html").write_text("<!DOCTYPE html>old")
    monkeypatch.setattr(os, "replace", fails)
    assert cli.main(["confirm", "--report=out.html", "a.py"]) == 2
    assert (stale / "out.html").read_text() == "<!DOCTYPE html>old"
    assert sorted(os.listdir(stale)) == ["a.py", "out.html"]


def test_a_path_that_is_no_text_is_shown_escaped(stale: Path) -> None:
    name = os.fsdecode(b"b\xff.py")
    try:
        (stale / name).write_text(STALE)
    except OSError:
        pytest.skip("this file system takes only text as names")
    assert cli.main(["confirm", "--report=out.html", name]) == 1
    assert r"b\udcff.py:7:32" in (stale / "out.html").read_text(encoding="utf-8")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_a_browser_shows_each_finding_and_asks_for_nothing(tmp_path: Path) -> None:
    infinite = replace(
        CONFIRMED, as_compiled=((2.0, 1.0), (4.0, math.inf)), with_new_value=((2.0, 1.0),) * 2
    )
    cell = replace(
        FINDING, path="train.ipynb", cell=4, message="</p><img src=http://asked.invalid/>" * 50
    )
    pairs = [
        (FINDING, replace(CONFIRMED, snippet=f"import a\n\n\n{FRAME}")),
        (cell, infinite),
        (FINDING, Verdict("unresolved", "too large")),
    ] * 10
    findings, verdicts = [f for f, _ in pairs], [v for _, v in pairs]
    file = tmp_path / "page.html"
    source = html_report.report(findings, verdicts, {("a.py", None): LINES})
    file.write_text(source, encoding="utf-8")
    seen = subprocess.run(
        [
            str(CHROMIUM),
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--log-net-log={tmp_path / 'net.json'}",
            "--dump-dom",
            file.as_uri(),
        ],
        capture_output=True,
        timeout=120,
        check=True,
    )
    page = Page(seen.stdout.decode())
    assert len(page.all("article")) == 31  # the last holds what the programs end with
    assert len(page.plots) == len(page.all("svg")) == 20
    for finding in findings:
        assert finding.message in page.text
    assert all((attrs["href"] or "").startswith("#") for attrs in page.all("a"))
    assert "asked.invalid" not in (tmp_path / "net.json").read_text()
    shapes = [attrs["xlink:href"] or "" for attrs in page.all("use")]
    assert shapes
    assert all(shape.startswith("#") for shape in shapes)
    asking = {"script", "link", "img", "iframe", "object", "embed", "image", "base"}
    assert asking.isdisjoint(tag for tag, _ in page.elements)
    assert not any("url(" in data for tag, data in page.texts if tag == "style")
    # What the browser has the same elements of as what was written: nothing had to be mended.
    written = Counter(tag for tag, _ in Page(source).elements)
    assert Counter(tag for tag, _ in page.elements) == written
