"""The whole suite against servers that take another of the freedoms that the API leaves them."""
