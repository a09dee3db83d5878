"""What rests on answers that tell an instance, a stage or a workflow wrongly."""
