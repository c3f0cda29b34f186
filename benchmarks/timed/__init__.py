"""An entry that says where the time of a batch goes."""
