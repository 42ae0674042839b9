"""The Sandbox page."""
