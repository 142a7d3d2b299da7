"""Gradient descent with momentum, written as if the updates ran one after the other."""

import theano
import theano.tensor as T

w = theano.shared(2.0, name="w")
velocity = theano.shared(0.0, name="velocity")
cost = w**2
grad = T.grad(cost, w)

updates = []
updates.append((velocity, 0.9 * velocity - 0.1 * grad))
updates.append((w, w + velocity))
train = theano.function([], cost, updates=updates)
