"""A simulator of correct servers: traces of random programs with any legal timing, and mutations that break them.

It shares nothing with the rules but the wire formats: what is legal is written here a second time, as a machine that
acts, so that one misunderstanding cannot hide the other.
"""
