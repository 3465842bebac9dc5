# SPDX-License-Identifier: MIT
"""build/report/contracts.html: the matrix of the contracts as one page that needs no network."""

import html

from results import FAILED, PASSED, SKIPPED

STYLE = """
body{font:14px/1.4 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#222;background:#fff}
h1{margin-bottom:.2em}h2{margin:1.6em 0 .4em}p{margin:.3em 0}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #ddd;padding:.2em .5em;text-align:center;font-weight:normal}
thead th{font-size:12px;color:#555;position:sticky;top:0;background:#fff}
tr th:first-child{text-align:left;font-family:ui-monospace,monospace}
.passed{background:#dcf0dc}.failed{background:#f2b8b5;font-weight:bold}.skipped{background:#eee;color:#666}
small{color:#555;font-size:11px}
pre{white-space:pre-wrap;background:#f6f6f6;padding:.7em;font-size:12px;margin:.2em 0 .8em;text-align:left}
#filter{font:inherit;padding:.35em .6em;width:24em}label{margin-left:1em}
@media(prefers-color-scheme:dark){body,thead th{background:#181818;color:#ddd}.passed{background:#1e3a1e}.failed{background:#6e2420}
.skipped{background:#2a2a2a}pre{background:#222}td,th{border-color:#333}}
"""

# Hides the rows whose name or words do not hold what is typed, then the areas that have none left.
SCRIPT = """
const box=document.getElementById('filter'),bad=document.getElementById('bad');
function show(){
  const want=box.value.toLowerCase();
  document.querySelectorAll('section').forEach(area=>{
    let left=0;
    area.querySelectorAll('tbody tr').forEach(row=>{
      const on=row.dataset.name.includes(want)&&(!bad.checked||row.dataset.bad);
      row.hidden=!on;left+=on;
    });
    area.hidden=!left;
  });
}
box.oninput=bad.onchange=show;
"""

MARK = {PASSED: "ok", FAILED: "FAIL", SKIPPED: "n/a"}


def _cell(result):
    if result is None:
        return "<td>-</td>"
    kind = {PASSED: "passed", FAILED: "failed", SKIPPED: "skipped"}[result.status]
    return f'<td class="{kind}">{MARK[result.status]} <small>{result.seconds * 1000:.0f} ms</small></td>'


def _row(name, results, columns):
    said = [(column, results[column]) for column in columns if column in results and results[column].status == FAILED]
    said += [(column, results[column]) for column in columns if column in results and results[column].status == SKIPPED][:1]
    details = "".join(f"<details><summary>{arch} {kernel}: {html.escape(r.detail.splitlines()[0][:160] if r.detail else '')}</summary>"
                      f"<pre>{html.escape(r.detail[:6000])}</pre></details>" for (arch, kernel), r in said)
    bad = any(r.status == FAILED for _, r in said)
    cells = "".join(_cell(results.get(column)) for column in columns)
    first = f'<th>{html.escape(name)}{details}</th>'
    return f'<tr data-name="{html.escape(name.lower())}"{" data-bad=1" if bad else ""}>{first}{cells}</tr>'


def page(rows, columns):
    """rows: {name: {(arch, kernel): Result}}; columns: those keys in order."""
    areas = {}
    for name in sorted(rows):
        areas.setdefault(name.split("/")[0], []).append(name)
    head = "".join(f"<th>{arch}<br>{kernel}</th>" for arch, kernel in columns)
    totals = []
    for column in columns:
        found = [results[column] for results in rows.values() if column in results]
        totals.append(f"<td>{sum(r.status == PASSED for r in found)} ok, {sum(r.status == FAILED for r in found)} failed, "
                      f"{sum(r.status == SKIPPED for r in found)} n/a<br><small>{sum(r.seconds for r in found):.1f} s</small></td>")
    body = [f"<table><thead><tr><th></th>{head}</tr></thead><tr><th>all {len(rows)}</th>{''.join(totals)}</tr></table>"]
    for area, names in areas.items():
        lines = "".join(_row(name, rows[name], columns) for name in names)
        body.append(f"<section><h2>{html.escape(area)} <small>{len(names)}</small></h2><table><thead><tr><th></th>{head}</tr></thead>"
                    f"<tbody>{lines}</tbody></table></section>")
    return ("<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<title>Tern: contracts</title><style>{STYLE}</style><h1>Contracts</h1>"
            "<p>What a program may rely on: each row is one program, run on Tern and, as the judge, on Linux, in the same machine.</p>"
            "<p><input id=filter placeholder='filter by name, such as signals/ or fork' autofocus>"
            "<label><input type=checkbox id=bad> only what failed</label></p>"
            f"{''.join(body)}<script>{SCRIPT}</script></html>\n")
