"""Commands about results of earlier runs: reports, comparisons, histories, merging, and known deviations."""
