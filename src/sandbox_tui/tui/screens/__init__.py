"""The screens: the workbench and what is laid over it."""
