"""Published figures on trial: what papers, READMEs and courses print, and which counting convention yields it."""
