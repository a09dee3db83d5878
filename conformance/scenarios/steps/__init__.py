"""Kinds of steps, a row each: name in JSON, request, what an answer tells, and the lines of scripts and programs."""
