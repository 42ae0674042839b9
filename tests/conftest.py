pytest_plugins = ["tests.endpoint", "tests.secret_service", "tests.workspaces"]
