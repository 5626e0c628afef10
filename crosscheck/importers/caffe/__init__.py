"""Caffe's prototxt: text, fields, layers, network."""
