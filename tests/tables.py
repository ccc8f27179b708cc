"""Writes random tables with Python's csv module, for tests/it/tables.rs to read.

Usage: python3 tests/tables.py FOLDER. The folder gets the tables, and tables.json that says what is in each.
The same tables every time: the seed is fixed.
"""

import csv
import itertools
import json
import pathlib
import random
import sys

DELIMITERS = [",", ";", "\t", "|"]
ENDS = ["\n", "\r\n", "\r"]
# Python's name, and what callroster must be told: single-byte encodings cannot be known from little text.
ENCODINGS = [
    ("utf-8", None),
    ("utf-8-sig", None),
    ("utf-16", None),
    ("utf-16-le", None),
    ("utf-16-be", None),
    ("cp1252", "windows-1252"),
    ("cp1250", "windows-1250"),
]
ROUNDS = 6
HEADER = ["first_name", "last_name", "email", "note"]
PLAIN = ["a", "Z", "0", "7", " ", ",", ";", "\t", "|", '"', '""', "'", "=", "+", "-", "@", "\\", "#", "é", "ü", "ß", "€"]
WIDE = PLAIN + ["李", "ʤ", "😀", "\u00a0", "\u200b"]


def cell(chance, alphabet, end, quoting):
    # Python leaves a line end of another kind than its own without quotes, unless it quotes everything.
    ends = ["\n", "\r\n", "\r"] if quoting == csv.QUOTE_ALL else [end]
    signs = alphabet + ends
    return "".join(chance.choice(signs) for _ in range(chance.choice([0, 0, 1, 2, 5, 9])))


def main(folder):
    chance = random.Random(20261124)
    tables = []
    forms = itertools.product(range(ROUNDS), DELIMITERS, ENCODINGS, ENDS)
    for n, (_, delimiter, (encoding, told), end) in enumerate(forms):
        quoting = chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        alphabet = WIDE if encoding.startswith("utf") else PLAIN
        rows = [HEADER] + [
            [cell(chance, alphabet, end, quoting) for _ in HEADER] for _ in range(chance.randrange(8))
        ]
        name = f"table-{n}.csv"
        with open(folder / name, "w", newline="", encoding=encoding) as file:
            csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
        how = f"{delimiter!r} {encoding} {end!r} quoting {quoting}"
        tables.append({"file": name, "encoding": told, "rows": rows, "how": how})
    (folder / "tables.json").write_text(json.dumps(tables), encoding="utf-8")


main(pathlib.Path(sys.argv[1]))
