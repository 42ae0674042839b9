"""The page of tokens: generate, copy, rotate, revoke."""
