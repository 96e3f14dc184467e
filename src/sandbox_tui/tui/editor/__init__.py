"""The source editor: a text area that highlights, marks and edits Python as one types.

`highlight`, `document`, `marks` and `editing` are plain Python; only `source_editor` and `paint` know the
screen.
"""
