"""The access log: who did what to whom, when. Rows are only ever added."""
