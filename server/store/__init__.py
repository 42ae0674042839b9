"""The local directory in SQLite; the only importer of sqlite3."""
