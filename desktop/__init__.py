"""The desktop: a Qt window around a workspace and the endpoint that serves it."""
