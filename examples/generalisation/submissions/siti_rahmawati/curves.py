SKETCH = {
    "train_width": "up",
    "test_width": "up then flat",
    "train_rate": "up then down",
    "test_rate": "up then down",
}
