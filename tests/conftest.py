pytest_plugins = [
    "tests.desktop.desks",
    "tests.directories",
    "tests.endpoint",
    "tests.secret_service",
    "tests.workspaces",
]
