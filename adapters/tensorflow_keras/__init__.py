"""TensorFlow with Keras 3: the network as a functional Keras model, channels last."""

FRAMEWORK = "tensorflow_keras"
TITLE = "TensorFlow / Keras"
MODULE = "tensorflow"
EXTRA = "tensorflow"
PACKAGES = ("tensorflow-cpu|tensorflow", "keras")
EXPORTS = ("tf", "tf-plain")
LAYOUT = "channels_last"
NEEDS = ("tf2onnx",)
ALSO = ("keras",)
