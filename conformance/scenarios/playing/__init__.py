"""Playing scenarios against a target: clients, bindings, waiting, controls, and cleaning up."""
