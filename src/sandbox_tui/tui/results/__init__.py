"""The run panel: what a run gave, printed and called, and the problems found."""
