"""The options as data: one row for each option of each command, from which every other form follows.

A row makes the option of its commands, ``--conformance-NAME`` and ``conformance_NAME`` of pytest, the variable
``CONFORMANCE_KEY``, the key of the configuration file, the help of all of them, the shell's completion, and a line of
docs/options.md. A new option is a row in the module of its family, and a line where its value is read.
"""
