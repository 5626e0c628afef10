"""What TensorFlow and Keras users count with, one file a tool."""
