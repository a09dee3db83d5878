"""Reports: the terminal, HTML, JUnit, Markdown, HAR and others, each a function of results."""
