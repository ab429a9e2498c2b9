"""The course's web site: its notebooks as pages, and a JupyterLite beside them in which they run."""
