"""The tasks pane: the task files of the folder."""
