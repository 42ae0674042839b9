pytest_plugins = [
    "tests.consuming",
    "tests.desktop.desks",
    "tests.directories",
    "tests.endpoint",
    "tests.secret_service",
    "tests.workspaces",
]
