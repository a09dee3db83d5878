"""What a nightly run has to bear: several machines, full servers, and ends of every kind."""
