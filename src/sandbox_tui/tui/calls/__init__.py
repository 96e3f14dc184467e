"""External calls that wait for an answer, and the card that asks for it."""
