"""The page of people: find, look at, create, edit, import, export."""
