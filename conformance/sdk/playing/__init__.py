"""Lifecycle scenarios played through a driver: an SDK and the server behind it judged as one."""
