# first try, does not work
import torch.nn as nn

lstm = nn.LSTM(10, 20)
