"""The pieces that pages are made of; they know the theme and no page."""
