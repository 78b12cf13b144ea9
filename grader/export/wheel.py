"""Makes a wheel of the installed project from its own files, so that no repository is needed to pass it on."""

import base64
import hashlib
import importlib
import io
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from grader.course.loader import COURSE

PROJECT = "groupnorm-jax"
PACKAGES = ("grader", "groupnorm_jax")
_WHEEL = "Wheel-Version: 1.0\nGenerator: grader export\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel() -> tuple[str, bytes]:
    """Its file name and its bytes, the same for the same files (the binary distribution format, PEP 427)."""
    installed = distribution(PROJECT)
    stem = f"{PROJECT.replace('-', '_')}-{installed.version}"
    files = {name: path.read_bytes() for name, path in _files().items()}
    about = {
        "METADATA": installed.read_text("METADATA") or "",
        "WHEEL": _WHEEL,
        "entry_points.txt": installed.read_text("entry_points.txt") or "",
    }
    files |= {f"{stem}.dist-info/{name}": text.encode() for name, text in about.items()}
    record = f"{stem}.dist-info/RECORD"
    rows = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
    files[record] = "\n".join([*rows, f"{record},,", ""]).encode()
    return f"{stem}-py3-none-any.whl", zipped(files)


def zipped(files: dict[str, bytes], executable: frozenset[str] = frozenset()) -> bytes:
    """A zip archive of files, without any date.

    Args:
      files: what is in it, by path.
      executable: paths of programs.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            about = zipfile.ZipInfo(name)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(about, data)
    return made.getvalue()


def below(folder: Path) -> dict[str, Path]:
    """Files below a folder by their paths from its parent, without what Python and editors leave there."""
    return {
        path.relative_to(folder.parent).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in path.parts[-6:])
    }


def _files() -> dict[str, Path]:
    folders = (Path(str(importlib.import_module(package).__file__)).parent for package in PACKAGES)
    found = {name: path for folder in folders for name, path in below(folder).items()}
    return dict(sorted((found | {f"grader/{name}": path for name, path in below(COURSE).items()}).items()))


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
