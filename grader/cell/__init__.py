"""The untrusted room: one student's files behind walls. Nothing here may know a secret."""
