"""What spreadsheets make of our CSV files: every cell is text or a number, and none computes anything."""

import csv
import io
import re
import shutil
import subprocess
from xml.etree import ElementTree as ET

import pytest
from samples import CLASS, HOSTILE_CLASS

from grader.classroom.reports import as_csv, nbgrader

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
FORMATS = {"csv": as_csv, "nbgrader": nbgrader}
CLASSES = {"usual": CLASS, "hostile": HOSTILE_CLASS}
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def rows(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("which", CLASSES)
def test_pandas_reads_the_same_cells_as_csv(name, which):
    pandas = pytest.importorskip("pandas", reason="needs pandas, which the extra [bench] brings")
    text = FORMATS[name].render(CLASSES[which])
    read = pandas.read_csv(io.StringIO(text.removeprefix("\ufeff")), dtype=str, keep_default_na=False, header=None)
    assert read.to_numpy().tolist() == rows(text)


@pytest.mark.skipif(not OFFICE, reason="needs LibreOffice's soffice")
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("which", CLASSES)
@pytest.mark.parametrize("separator", [",", ";"])
def test_libreoffice_reads_the_same_cells_and_computes_nothing(name, which, separator, tmp_path):
    """As a user opens it: text in UTF-8, quotes, and whatever looks like a number or a formula taken for one."""
    text = FORMATS[name].render(CLASSES[which])
    (tmp_path / "class.csv").write_text(text, "utf-8", newline="")
    options = f"CSV:{ord(separator)},34,76,1,,0,false,true,false,true"
    command = [OFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", f"--infilter={options}"]
    done = subprocess.run(
        [*command, "--convert-to", "fods", "--outdir", str(tmp_path), str(tmp_path / "class.csv")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (tmp_path / "class.fods").exists(), done.stderr
    cells = list(ET.parse(tmp_path / "class.fods").iter(f"{TABLE}table-cell"))
    assert cells
    assert [cell.get(f"{TABLE}formula") for cell in cells if cell.get(f"{TABLE}formula")] == []
    if separator == ",":
        seen = {shown(cell) for cell in cells}
        students = {re.sub(r"\s+", " ", row[0]).strip() for row in rows(text)[1:]}
        assert {name for name in students if name.isalpha()} <= seen


def shown(cell):
    return re.sub(r"\s+", " ", " ".join("".join(p.itertext()) for p in cell.iter(f"{TEXT}p"))).strip()
