"""When requests are sent: limits, the admission of runs, the lateness of the event loop, and silences."""
