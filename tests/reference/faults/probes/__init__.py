"""Short programs that provoke faults; each gives what it saw, in a form that is equal for equal behaviour."""
