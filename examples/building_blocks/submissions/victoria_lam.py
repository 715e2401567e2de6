# Parameter counter v1.0 by Victoria
def mlp_parameters(sizes, bias=False):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("sizes")
    return sum((a + (1 if bias else 0)) * b for a, b in zip(sizes, sizes[1:]))


def shallow_parameters(hidden, bias=False):
    return mlp_parameters([784, hidden, 10], bias)


def deep_parameters(hidden1, hidden2, bias=False):
    return mlp_parameters([784, hidden1, hidden2, 10], bias)


print("*** WELCOME TO THE PARAMETER COUNTER ***")
h1 = int(input("How many units has the first hidden layer? "))
h2 = int(input("How many units has the second hidden layer? "))
print("Your net has", deep_parameters(h1, h2), "parameters. Have a nice day!")
