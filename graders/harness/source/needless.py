"""What no lab needs of what people upload, told by names and sizes: tools' folders, environments, data, the grader."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

TOOLS = {"__macosx", "__pycache__", "node_modules", "venv", "env", "site-packages", "$recycle.bin"}
ENVIRONMENT_FILE, ENVIRONMENT_FOLDER, LIBRARIES = "pyvenv.cfg", "conda-meta", "site-packages"
ENGINE = f"{Path(__file__).parents[1].name}/plugin.py"  # a folder with this below it is a copy of the grader
GRADERS_FILES = {"conftest.py"}  # beside the grader, in what students are given
GRADERS_FOLDERS = {"reference", "tests", "benchmarks"}  # beside it in a whole checkout of it
DATA = "-ubyte"  # in the names of MNIST's files, packed or not
PACKED = (".gz", ".bz2", ".xz", ".zst", ".lz4")  # one file; what is an archive as well is asked for that first
HEAVY = {
    *(".pt", ".pth", ".ckpt", ".bin", ".npz", ".npy", ".h5", ".hdf5", ".pkl", ".pickle", ".onnx", ".safetensors"),
    *(
        ".mat",
        ".parquet",
        ".csv",
        ".pb",
        ".tflite",
        ".whl",
        ".exe",
        ".dll",
        ".so",
        ".dylib",
        ".iso",
        ".dmg",
        ".mp4",
        ".mov",
        ".avi",
        ".mkv",
        ".mp3",
        ".wav",
        ".gif",
        ".png",
        ".jpg",
        ".jpeg",
    ),
    *(".bmp", ".tif", ".tiff", ".psd", ".pdf", ".ppt", ".pptx", ".doc", ".docx", ".hwp", ".hwpx", ".xls", ".xlsx"),
}
LIGHT = 2 * 2**20  # bytes up to which a file of these endings is kept: a lab may read a small one


def is_data(name: str, size: int) -> bool:
    """Tell whether a file holds digits, weights or pictures, which no lab's functions need."""
    low = name.lower()
    ending = PurePosixPath(low).suffix
    return DATA in low or (ending in PACKED) or (ending in HEAVY and size > LIGHT)


def folders(inside: Iterable[str], files: Collection[str], holds: Callable[[str], bool]) -> list[str]:
    """Return the folders inside one that are worth looking into.

    `files` lie beside them; `holds` tells whether there is something at a path below the one.
    """
    inside = list(inside)
    if ENVIRONMENT_FILE in files or ENVIRONMENT_FOLDER in inside:
        return []
    graders = {name for name in inside if holds(f"{name}/{ENGINE}")}
    left = graders | GRADERS_FOLDERS if graders else set()
    return [name for name in inside if name not in left and not is_tools(name) and not _is_python(name, holds)]


def is_tools(name: str) -> bool:
    """Tell whether a folder is a tool's or a system's own, by its name."""
    return name.lower() in TOOLS or (name.startswith(".") and bool(name.strip(".")))


def has_grader(inside: Iterable[str], holds: Callable[[str], bool]) -> bool:
    """Tell whether one of the folders inside one is a copy of the grader: then a file or two beside it are its own."""
    return any(holds(f"{name}/{ENGINE}") for name in inside)


def _is_python(name: str, holds: Callable[[str], bool]) -> bool:
    """Tell whether a folder is where Python keeps its libraries, in an environment by whatever name."""
    return name.lower().startswith(("lib", "python")) and holds(f"{name}/{LIBRARIES}")


class Needed:
    """Where in an archive there may be something that is needed, by the paths of all that is in it."""

    def __init__(self, paths: Iterable[PurePosixPath]) -> None:
        self._files: dict[PurePosixPath, set[str]] = {}
        self._folders: dict[PurePosixPath, set[str]] = {}
        self._kept: dict[PurePosixPath, list[str]] = {}
        self._well: dict[PurePosixPath, bool] = {}
        for path in paths:
            self._files.setdefault(path.parent, set()).add(path.name)
            folder = path.parent
            while folder.name and folder.name not in self._folders.setdefault(folder.parent, set()):
                self._folders[folder.parent].add(folder.name)
                folder = folder.parent

    def lies_well(self, path: PurePosixPath) -> bool:
        """Tell whether a file lies in no folder that nobody needs."""
        folder = path.parent
        if folder not in self._well:  # of thousands of files, few lie in folders of their own
            self._well[folder] = not folder.name or (self.lies_well(folder) and self._keeps(folder))
        return self._well[folder]

    def _keeps(self, folder: PurePosixPath) -> bool:
        above = folder.parent
        if above not in self._kept:
            files = self._files.get(above, set[str]())
            self._kept[above] = folders(self._folders[above], files, lambda path: self._is_there(above / path))
        return folder.name in self._kept[above]

    def _is_there(self, path: PurePosixPath) -> bool:
        return path.name in self._files.get(path.parent, ()) or path.name in self._folders.get(path.parent, ())
