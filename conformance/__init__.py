"""Contract-testing and conformance suite for the workflow-orchestration API."""

__version__ = "0.1.0"
