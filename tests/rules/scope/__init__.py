"""Small scope: every trace that a correct server can leave of a few stages, signals and reads, and each changed once.

What is legal is decided here by search over what a correct server may do and show, apart from the rules.
"""
