"""Tasks as people keep them: documents, TOML and Python files, values, answers, defaults of a folder,
exports, recovery.

Nothing in here runs a task's code on the host: a file is read as data, and what is run is run by `sandbox`,
in Monty.
"""
