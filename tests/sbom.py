"""Write what is installed, from the environment itself: sbom.json (CycloneDX 1.6) and licences.txt.

usage: python tests/sbom.py [FOLDER]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]


def installed() -> list[Distribution]:
    """Return every distribution of the environment, by name."""
    return sorted(distributions(), key=lambda one: normal(one.metadata["Name"]))


def normal(name: str) -> str:
    """Return a distribution's name in its one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(one: Distribution) -> str:
    """Return the licence a distribution declares: its expression, its classifiers, or its own words' first line."""

    def said(name: str) -> list[str]:
        return [str(each).strip() for each in one.metadata.get_all(name) or []]

    classified = [name.rpartition(" :: ")[2] for name in said("Classifier") if name.startswith("License")]
    own = [each.partition("\n")[0] for each in said("License")]
    found = [*said("License-Expression")[:1], " AND ".join(classified), *own]
    return next(filter(None, found), "not declared")


def locked() -> dict[str, list[str]]:
    """Return the SHA-256 of each file that the lock allows, by distribution."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if head := re.match(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==", line):
            name = normal(head[1])
        if digest := re.search(r"--hash=sha256:([0-9a-f]{64})", line):
            found.setdefault(name, []).append(digest[1])
    return found


def components() -> Iterator[Component]:
    """Yield what is installed as components."""
    hashes, licences = locked(), LicenseFactory()
    for one in installed():
        name = normal(one.metadata["Name"])
        yield Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=one.version,
            purl=PackageURL("pypi", name=name, version=one.version),
            bom_ref=f"{name}@{one.version}",
            licenses=[licences.make_from_string(licence(one))],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in hashes.get(name, [])],
        )


def main(folder: Path) -> None:
    """Write both files."""
    bom = Bom(components=components())
    (folder / "sbom.json").write_text(JsonV1Dot6(bom).output_as_string(indent=1) + "\n", encoding="utf-8")
    lines = [f"{one.metadata['Name']} {one.version}: {licence(one)}\n" for one in installed()]
    (folder / "licences.txt").write_text("".join(lines), encoding="utf-8")
    print(f"{len(lines)} distributions: {folder / 'sbom.json'}, {folder / 'licences.txt'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
