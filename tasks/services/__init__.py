"""What people do to tasks, by noun. `life` names every verb for the other apps."""
