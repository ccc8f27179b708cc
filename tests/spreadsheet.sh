#!/usr/bin/env bash
# A spreadsheet as the judge: nothing that callroster exports may become a formula there, and what the spreadsheet
# saves again must come back unchanged.
#
# Not a part of `cargo test`, since it needs LibreOffice (soffice) and python3; without them it says so and ends well.
# Run it after changes to the formula guard, the exports or the readers:
#
#     cargo build && tests/spreadsheet.sh
#
# 1. People with hostile names are onboarded on a simulated account and exported, as CSV and as a workbook.
# 2. LibreOffice opens both, and its formula cells are counted: there must be none. The same export without the guard
#    shows that the judge sees formulas at all.
# 3. What LibreOffice saves is onboarded on a fresh account and exported again: the people must be the same.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in soffice python3; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed"; exit 0; }
done
callroster=$(realpath "${CALLROSTER:-target/debug/callroster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export CALLROSTER_STATE_DIR=$work/state HOME=$work

# Onboards a sheet on a fresh account and exports its people; the sheet's numbers are text.
export_of() { # SHEET EXPORT [OPTION…]
  local sheet=$1 export=$2
  shift 2
  "$callroster" onboard "$sheet" --simulate-fresh --no-input --fresh -q >/dev/null
  "$callroster" export --simulate -q -o "$export" "$@"
}

convert() { # FILE FORM FOLDER [INPUT FILTER]
  soffice --headless ${4:+--infilter="$4"} --convert-to "$2" --outdir "$3" "$1" >/dev/null 2>&1
}

formulas() { # FILE
  convert "$1" 'fods:OpenDocument Spreadsheet Flat XML' seen
  { grep -o 'table:formula=' "seen/$(basename "${1%.*}").fods" || true; } | wc -l
}

expect() { # WHAT FOUND WANTED
  [ "$2" = "$3" ] || { echo "failed: $1: $2, not $3"; exit 1; }
  echo "ok: $1: $2"
}

python3 - <<'PYTHON'
import csv
starts = ["=cmd|' /C calc'!A0", "=1+1", "+1", "-1", "@x", "@SUM(A1:A9)", "\t=1", "\r=1", "=HYPERLINK(\"http://x.test\")",
          "'=1", "''=1", "'+1", "+1-1", "-2+3", "=", "+", "-", "@", "'", "=\"a\"&\"b\"", "＝1", "%0A=1", "\"=1\"", "1;=1",
          "1,=1", "O'Brien", "=DDE(\"cmd\";\"/C calc\";\"x\")", "=1\n=2"]
with open("people.csv", "w", newline="", encoding="utf-8") as file:
    rows = csv.writer(file)
    rows.writerow(["first_name", "last_name", "email", "device_contact_uri", "device_name"])
    for n, start in enumerate(starts):
        rows.writerow([start, "x" + start, f"p{n}@example.com", f"+9198450{n:05}", start])
PYTHON

export_of people.csv guarded.csv
"$callroster" export --simulate -q -o guarded.xlsx
"$callroster" export --simulate -q -o bare.csv --no-formula-guard

found=$(formulas bare.csv)
[ "$found" -gt 0 ] || { echo "failed: the judge sees no formula in an unguarded export"; exit 1; }
echo "ok: the judge sees formulas where there is no guard: $found"
expect "formula cells of the CSV export" "$(formulas guarded.csv)" 0
expect "formula cells of the workbook" "$(formulas guarded.xlsx)" 0

same_people() { # ONE OTHER
  python3 - "$1" "$2" <<'PYTHON'
import csv, sys
columns = ["first_name", "last_name", "email", "role", "device_contact_uri", "device_name"]
def people(name):
    with open(name, newline="", encoding="utf-8") as file:
        # A spreadsheet has one kind of line end inside a cell.
        plain = lambda text: text.replace("\r\n", "\n").replace("\r", "\n")
        return sorted(tuple(plain(row[column]) for column in columns) for row in csv.DictReader(file))
one, other = people(sys.argv[1]), people(sys.argv[2])
for left, right in zip(one, other):
    if left != right:
        print("differs:", left, right, file=sys.stderr)
print(f"the same {len(one)}" if one and one == other else "others")
PYTHON
}

# Every column as text, as a careful person opens a CSV; otherwise a number loses its +.
text=$(python3 -c 'print("/".join(f"{n}/2" for n in range(1, 41)))')
convert guarded.csv xlsx saved "CSV:44,34,76,1,$text"
mv saved/guarded.xlsx from-csv.xlsx
convert guarded.xlsx xlsx saved
mv saved/guarded.xlsx from-workbook.xlsx
convert guarded.xlsx ods saved
mv saved/guarded.ods from-workbook.ods
for saved in from-csv.xlsx from-workbook.xlsx from-workbook.ods; do
  export_of "$saved" "again-${saved%.*}.csv"
  expect "people after $saved" "$(same_people guarded.csv "again-${saved%.*}.csv")" "the same 28"
done
