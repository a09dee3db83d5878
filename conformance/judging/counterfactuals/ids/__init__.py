"""What rests on ids that are given again, and on what was made and is lost."""
