"""Gradescope's export of an assignment: a folder a submission, and a file that tells whose each is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import ConfigurationError

from .claims import Claim
from .identities import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

METADATA = "submission_metadata.yml"
SUBMISSION = re.compile(r"submission_(?P<id>\d+)(?:\.\w+)?")


def owners_in(folder: Path, paths: Sequence[Path]) -> dict[Path, tuple[Claim, ...]]:
    """Return whose an export's submissions are: of a group's, all of it. Raises ConfigurationError.

    The metadata lies beside them, or around their folder.
    """
    found = [(path, m["id"]) for path in paths if (m := SUBMISSION.fullmatch(printable(path.name)))]
    metadata = next((at for at in (folder / METADATA, folder.parent / METADATA) if at.is_file()), None)
    if not found or metadata is None:
        return {}
    told = _read(metadata)
    owners = {}
    for path, number in found:
        about = told.get(path.name) or told.get(f"submission_{number}")
        claims = tuple(_claims(about, number)) if isinstance(about, dict) else ()
        owners[path] = claims or (Claim(f"submission_{number}", identities={"gradescope": number}),)
    return owners


def _read(path: Path) -> dict[str, Any]:
    import yaml  # only an export of Gradescope's needs it

    try:
        with path.open("rb") as stream:
            # Every value as it is written, a student's number with its zeros; nothing is made of what tags name.
            told = yaml.load(stream, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from None
    return told if isinstance(told, dict) else {}


def _claims(about: dict[str, Any], number: str) -> Iterator[Claim]:
    submitters, history = about.get(":submitters"), about.get(":history")
    attempts = len(history) + 1 if isinstance(history, list) else 1
    for one in submitters if isinstance(submitters, list) else ():
        if not isinstance(one, dict):
            continue
        name, sid, email = (_text(one.get(key)) for key in (":name", ":sid", ":email"))
        if student := sid or email or name:
            known = {"gradescope": number, "sid": sid, "email": email}
            yield Claim(student, name, attempts=attempts, identities={key: said for key, said in known.items() if said})


def _text(said: object) -> str:
    return printable(said.strip()) if isinstance(said, str) else ""
