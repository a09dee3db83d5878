"""When requests go out: the limits a server names, places for runs, how late the loop is, and silences."""
