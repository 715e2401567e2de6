"""A backup: one file with all rows and all uploads, made while the service runs.

Rows first, in one snapshot of the database; then the uploads that they name. An upload is in the
store before its row is in the database, and is never removed, so a backup holds the files of all
submissions that it knows. The queue is not in it: workers fill it again from the rows.

Rows are kept as the database's own tables say, as JSON, so that what SQLite has held goes to
Postgres too, and an older backup into a newer service.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ValidationError

from grader import __version__
from grader.errors import UsageError
from grader.service import database
from grader.service.database import Database
from grader.service.place import Place
from grader.service.store import Store

MANIFEST = "backup.json"
FORMAT = 1
ROWS_AT_A_TIME = 500
_VERSIONS = "alembic_version"


class Kept(BaseModel):
    """What a table's member of the archive holds. sha256: of its lines."""

    rows: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself, written last. revision: of the tables. missing: uploads that
    the rows name and the store no longer had, or not as they were."""

    format: int
    version: str
    revision: str
    made: datetime
    tables: dict[str, Kept]
    uploads: int
    missing: list[str]


def save(place: Place, out: Path) -> Manifest:
    """Write the backup, which is there whole or not at all; return what is in it.

    Raises UsageError if there is no service, or `out` exists already or cannot be written.
    """
    if out.exists():
        raise UsageError(f"{out}: exists already; a backup never replaces another")
    if not place.store.folder.is_dir():
        raise UsageError(f"{place.data}: no service has its data here")
    base = Database(place.url)
    partial = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                manifest = _written(base, place.store, archive)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, out)
        _sync(out.parent)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from error
    finally:
        partial.unlink(missing_ok=True)
        base.close()
    return manifest


def restore(place: Place, file: Path) -> Manifest:
    """Fill an empty place with what a backup holds, checked before anything is changed.

    Raises UsageError if the backup is damaged, or newer than this grader, or the place not empty.
    """
    with _opened(file) as archive:
        manifest = _checked(file, archive)
        _refuse_unless_empty(place)
        # Uploads go first: what a kill leaves has no rows, and can be taken for nothing whole.
        partial = Path(
            tempfile.mkdtemp(prefix=f".{place.data.name}.", dir=_made(place.data.parent))
        )
        try:
            _restore_uploads(archive, Store(partial / "store"))
            if place.data.is_dir():
                place.data.rmdir()
            if not place.database:
                _restore_rows(_sqlite(partial, place), archive, manifest)
            partial.rename(place.data)
            _sync(place.data.parent)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        if place.database:
            _restore_rows(place.url, archive, manifest)
    database.upgrade(place.url)
    return manifest


def _sqlite(folder: Path, place: Place) -> str:
    return f"sqlite:///{folder.resolve() / Path(place.url).name}"


# ---- saving ------------------------------------------------------------------------------------


def _written(base: Database, store: Store, archive: zipfile.ZipFile) -> Manifest:
    tables = {}
    with _snapshot(base) as connection:
        known = _tables(connection)
        if _VERSIONS not in known:
            raise UsageError("the database has no tables; `grader serve` makes them")
        revision = connection.scalar(sa.select(known[_VERSIONS].c.version_num))
        for name, table in known.items():
            if name != _VERSIONS:
                tables[name] = _write_rows(connection, table, archive)
        hashes = connection.scalars(sa.select(known["upload"].c.sha256).distinct()).all()
    missing = [name for name in sorted(hashes) if not _write_upload(store, name, archive)]
    manifest = Manifest(
        format=FORMAT,
        version=__version__,
        revision=revision or "",
        made=datetime.now(UTC),
        tables=tables,
        uploads=len(hashes) - len(missing),
        missing=missing,
    )
    archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))
    return manifest


@contextmanager
def _snapshot(base: Database) -> Iterator[sa.Connection]:
    """Have a connection that sees one state of all tables, while others go on writing."""
    engine = base.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    with engine.connect() as connection, connection.begin():
        yield connection


def _tables(connection: sa.Connection) -> dict[str, sa.Table]:
    """Return the tables as the database has them, a table after those that it refers to."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, sa.JSON) and column.nullable:
                column.type.none_as_null = True  # nothing stays nothing
    return {table.name: table for table in metadata.sorted_tables}


def _write_rows(connection: sa.Connection, table: sa.Table, archive: zipfile.ZipFile) -> Kept:
    digest, count = hashlib.sha256(), 0
    ordered = sa.select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(yield_per=ROWS_AT_A_TIME).execute(ordered)
    with archive.open(f"rows/{table.name}.jsonl", "w", force_zip64=True) as member:
        for row in rows.mappings():
            values = {name: _plain(value) for name, value in row.items()}
            line = json.dumps(values, ensure_ascii=False).encode() + b"\n"
            member.write(line)
            digest.update(line)
            count += 1
    return Kept(rows=count, sha256=digest.hexdigest())


def _plain(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _write_upload(store: Store, name: str, archive: zipfile.ZipFile) -> bool:
    try:
        data = store.get(name)
    except OSError:  # the rest is worth keeping all the more
        return False
    archive.writestr(f"store/{name}", data)
    return True


# ---- restoring ---------------------------------------------------------------------------------


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except zipfile.BadZipFile as error:
        raise UsageError(f"{file}: is no backup, or a damaged one ({error})") from error


def _checked(file: Path, archive: zipfile.ZipFile) -> Manifest:
    """Return what the backup says of itself, once all of it is as it says."""
    try:
        manifest = Manifest.model_validate_json(archive.read(MANIFEST))
    except (KeyError, ValidationError) as error:
        raise UsageError(f"{file}: is no backup of this service") from error
    if manifest.format != FORMAT or not database.knows(manifest.revision):
        raise UsageError(
            f"{file}: was made by grader {manifest.version}, this is {__version__}; "
            "restore it with that version or a later one"
        )
    names = set(archive.namelist())
    if {name for name in names if name.startswith("rows/")} != {
        f"rows/{name}.jsonl" for name in manifest.tables
    }:
        raise UsageError(f"{file}: is damaged; its tables are not those that it names")
    for name, kept in manifest.tables.items():
        if _digest(archive, f"rows/{name}.jsonl") != kept.sha256:
            raise UsageError(f"{file}: is damaged; the rows of {name} are not as they were")
    uploads = [name for name in names if name.startswith("store/")]
    damaged = [name for name in uploads if _digest(archive, name) != name.removeprefix("store/")]
    if damaged or len(uploads) != manifest.uploads:
        raise UsageError(f"{file}: is damaged; {len(damaged)} uploads are not as they were")
    return manifest


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as member:
        return hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]


def _refuse_unless_empty(place: Place) -> None:
    if place.data.exists() and (not place.data.is_dir() or any(place.data.iterdir())):
        raise UsageError(f"{place.data}: is not empty; a backup goes into an empty place only")
    if not place.database:
        return
    base = Database(place.url)
    try:
        with base.engine.connect() as connection:
            names = sorted(sa.inspect(connection).get_table_names())
            if names:
                raise UsageError(
                    f"the database has tables already ({', '.join(names[:3])} …); "
                    "a backup goes into an empty one only"
                )
    finally:
        base.close()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _restore_uploads(archive: zipfile.ZipFile, store: Store) -> None:
    store.folder.mkdir(mode=0o700)
    for name in archive.namelist():
        if name.startswith("store/"):
            store.put(archive.read(name))


def _restore_rows(url: str, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Make the tables as they were, and all rows in one transaction."""
    database.upgrade(url, manifest.revision)
    base = Database(url)
    try:
        with base.engine.execution_options(grader_writes=True).begin() as connection:
            known = _tables(connection)
            for name in [name for name in known if name in manifest.tables]:
                with archive.open(f"rows/{name}.jsonl") as member:
                    for lines in _batches(member):
                        _insert(connection, known[name], [json.loads(line) for line in lines])
                _count_on(connection, known[name])
    finally:
        base.close()


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch = []
    for line in lines:
        batch.append(line)
        if len(batch) == ROWS_AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    moments = [one.name for one in table.columns if isinstance(one.type, sa.DateTime)]
    is_aware = connection.dialect.name != "sqlite"
    for row in rows:
        for name in moments:
            if row[name] is not None:
                moment = datetime.fromisoformat(row[name])
                row[name] = moment if is_aware else moment.replace(tzinfo=None)
    connection.execute(sa.insert(table), rows)


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """Have Postgres give new rows a number that none has; SQLite looks by itself."""
    if connection.dialect.name != "postgresql" or "id" not in table.c:
        return
    if isinstance(table.c.id.type, sa.Integer):
        highest = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1).scalar_subquery()
        sequence = sa.func.pg_get_serial_sequence(table.name, "id")
        connection.execute(sa.select(sa.func.setval(sequence, highest, False)))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
