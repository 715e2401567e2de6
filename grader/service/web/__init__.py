"""Pages and an API over the tables. This process reads no solution and runs no student's code."""
