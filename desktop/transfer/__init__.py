"""Importing and exporting people and groups as files: two dialogs that several pages open."""
