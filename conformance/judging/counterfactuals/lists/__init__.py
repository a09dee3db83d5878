"""What rests on lists that are wrong."""
