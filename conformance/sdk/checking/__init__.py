"""Checking a driver itself, for whoever writes one: does it keep to the protocol?"""
