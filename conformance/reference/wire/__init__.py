"""The reference server's own JSON and its error answers; it shares neither with the judging side."""
