"""The service: people submit in a browser, workers grade, pages show what came of it."""
