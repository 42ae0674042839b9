"""People and groups as files: CSV for spreadsheets, JSON lines for programs, to SCIM documents and back."""
