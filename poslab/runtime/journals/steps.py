"""The forms that a journal had: step n makes version n out of version n-1. Steps are added, never changed."""

from typing import Final

SQLITE: Final = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE record (
        seq INTEGER PRIMARY KEY, party TEXT NOT NULL, at INTEGER NOT NULL, own INTEGER NOT NULL,
        given BLOB NOT NULL, heard TEXT, crc INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE snapshot (seq INTEGER PRIMARY KEY, state BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
    """,
    # When a record was written, in microseconds of the real clock; unknown of those that an older poslab wrote.
    "ALTER TABLE record ADD COLUMN written INTEGER",
)

POSTGRES: Final = (
    """
    CREATE TABLE poslab_meta (
        world text NOT NULL, service text NOT NULL, key text NOT NULL, value text NOT NULL,
        PRIMARY KEY (world, service, key)
    );
    CREATE TABLE poslab_record (
        world text NOT NULL, service text NOT NULL, seq bigint NOT NULL, party text NOT NULL, at bigint NOT NULL,
        own bigint NOT NULL, given bytea NOT NULL, heard text, crc bigint NOT NULL,
        PRIMARY KEY (world, service, seq)
    );
    CREATE TABLE poslab_snapshot (
        world text NOT NULL, service text NOT NULL, seq bigint NOT NULL, state bytea NOT NULL, crc bigint NOT NULL,
        PRIMARY KEY (world, service, seq)
    );
    """,
    "ALTER TABLE poslab_record ADD COLUMN written bigint",
)
