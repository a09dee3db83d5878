"""The HTTP service of the reference server: routes, authentication, operations, and its process."""
