"""Pages from text files, Markdown with a front matter, a file per language: for the demo and for imports."""
