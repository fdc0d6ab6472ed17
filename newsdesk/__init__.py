"""For people: the command, exports, the demo newsroom."""
