"""The page of requests, live, with what each meant and why it failed."""
