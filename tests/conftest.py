pytest_plugins = ["tests.directories", "tests.endpoint", "tests.secret_service", "tests.workspaces"]
