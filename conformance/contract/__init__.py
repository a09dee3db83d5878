"""The contract as data: the bundled specification, the requirement catalogue, and what reads them."""
