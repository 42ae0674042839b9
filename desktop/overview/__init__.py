"""The page that tells at one look how Perch is doing."""
