"""The workbench: the Textual app. Everything it can do is done by what lies below it; here are screens,
widgets and themes.
"""
