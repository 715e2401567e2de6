"""A class at its deadline: the real service under load, and what more workers bring."""
