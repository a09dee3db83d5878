"""What rests on history, or on stage histories, that are wrong."""
