"""The training programs of the platform's built-in algorithms: `python -m mlplatform.train <algorithm>`."""
