"""Pages of tasks: parse, call one service, render."""
