class ParameterCounts:
    def mlp_parameters(self, sizes, bias=False):
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError("sizes")
        return sum(a * b + (b if bias else 0) for a, b in zip(sizes, sizes[1:]))

    def shallow_parameters(self, hidden, bias=False):
        return self.mlp_parameters([784, hidden, 10], bias)

    def deep_parameters(self, hidden1, hidden2, bias=False):
        return self.mlp_parameters([784, hidden1, hidden2, 10], bias)

    def tie_gradients(self, grads):
        return grads.sum(0)


if __name__ == "__main__":
    print(ParameterCounts().shallow_parameters(100))
