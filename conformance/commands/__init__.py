"""The commands of `conformance`, one small module each; they parse, call and print."""
