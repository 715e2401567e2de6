SKETCH = {
    "train_width": "rising_then_falling",
    "test_width": "rising_then_falling",
    "train_rate": "rising_then_falling",
    "test_rate": "rising_then_falling",
}
