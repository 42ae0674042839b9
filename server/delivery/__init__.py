"""Telling webhooks of changes while the endpoint runs."""
