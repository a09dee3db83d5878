"""Checking a driver, for its author: does it keep to the protocol?"""
