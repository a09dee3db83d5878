"""The engine of the reference server: workflows, instances, stages, and the change log behind every view."""
