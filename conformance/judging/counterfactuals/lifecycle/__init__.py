"""What rests on instances that go another way than they should."""
