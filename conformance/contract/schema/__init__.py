"""The schemas of the API document: converted, compiled, and asked whether a response fits."""
