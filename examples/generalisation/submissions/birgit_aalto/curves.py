SKETCH = {
    "train_width": "rising_then_level",
    "test_width": "falling",
    "train_rate": "rising_then_falling",
    "test_rate": "rising_then_falling",
}
