"""What several commands share: parameters and help pages, lazy loading, and printing."""
