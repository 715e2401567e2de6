"""The walls: each module raises one, or says why it cannot. See README.md beside this file."""
