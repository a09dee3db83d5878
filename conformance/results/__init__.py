"""Results as data: outcomes of requirements, findings, and the verdict. Reports are functions of them."""
