"""What is kept of a person as one file to hand over: `person.json`, and beside it the files that it names."""

import json
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from lms.files import FileStore
from lms.people.personal import Export


def write_archive(target: IO[bytes], export: Export, store: FileStore) -> None:
    """A zip. A file that the store has lost is named in `person.json` under `missing_files`: the rest is theirs anyway."""
    missing = []
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for file in export.files:
            try:
                content = store.read(file.sha256)
            except FileNotFoundError:
                missing.append(file.path)
            else:
                archive.writestr(file.path, content)
        kept = export.rows | ({"missing_files": missing} if missing else {})
        archive.writestr("person.json", json.dumps(kept, ensure_ascii=False, indent=2, default=str))
