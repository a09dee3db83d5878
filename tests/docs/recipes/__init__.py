"""What the recipes of docs/architecture.md add: a module each, copied into a copy of the package."""
