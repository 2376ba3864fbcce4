"""How Keras trains a model, whatever it is a model of."""
