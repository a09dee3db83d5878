"""Lifecycle scenarios played through a driver: the SDK and the server behind it are judged together."""
