"""Automatic grader for Lab 7-2, MNIST softmax regression."""
