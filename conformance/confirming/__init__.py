"""From a violation to a finding: replay, minimise, reconstruct and keep it."""
