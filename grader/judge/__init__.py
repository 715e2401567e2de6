"""The trusted room: hidden tests, solutions, verdicts. No object of a student's lives here."""
