"""The page of groups and who is in them."""
