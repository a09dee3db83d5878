"""What several commands share: their help pages, how they are loaded, and how they print."""
