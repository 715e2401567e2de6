# first upload, before I found out how notebooks are handed in
def shallow_parameters(hidden, bias=False):
    return 784 * hidden + hidden * 10
