SKETCH = {"train_width": "rising", "test_width": "rising_then_level"}
SKETCH |= {f"{split}_rate": "rising_then_falling" for split in ("train", "test")}
