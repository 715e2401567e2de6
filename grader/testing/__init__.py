"""What hidden tests may say: the verbs of this field, and the values that cross as recipes."""
