"""The inputs form: one field a parameter."""
