"""`digitlab doctor`: what is wrong with this machine for the course, and how to mend it."""
