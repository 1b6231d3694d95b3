"""JAX: a whole step as one compiled function."""

import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import jax.numpy as jnp
import numpy as np

import cases
import peer

ACTIVATIONS = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh,
               "gelu": lambda z: jax.nn.gelu(z, approximate=False)}


def logits(case, parameters, x, key):
    for k in range(1, len(case.layers)):
        z = x @ parameters[f"hidden{k}.W"].T + parameters[f"hidden{k}.b"]
        if case.norm:
            mean, variance = z.mean(1, keepdims=True), z.var(1, keepdims=True)
            z = (z - mean) / jnp.sqrt(variance + 1e-5)
            z = z * parameters[f"hidden{k}.layer_norm_2.gain"] + parameters[f"hidden{k}.layer_norm_2.shift"]
        x = ACTIVATIONS[case.activation](z)
        if case.dropout and key is not None:
            key, of_layer = jax.random.split(key)
            x = jnp.where(jax.random.bernoulli(of_layer, 0.5, x.shape), x * 2, 0)
    return x @ parameters["p.W"].T + parameters["p.b"]


def cross_entropy(case, parameters, x, t, key=None):
    return -jax.nn.log_softmax(logits(case, parameters, x, key))[jnp.arange(case.batch), t].mean()


def updated(case, p, m, v, gradient, step):
    if case.optimizer == "sgd":
        return p - case.rate * gradient, m, v
    if case.optimizer == "momentum":
        v = 0.9 * v + gradient
        return p - case.rate * v, m, v
    m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient * gradient
    p = p - case.rate * (m / (1 - 0.9 ** step)) / (jnp.sqrt(v / (1 - 0.999 ** step)) + 1e-8)
    return p, m, v


def peer_jax(case, numbers):
    x = jnp.asarray(np.array(numbers["x"]).reshape(case.batch, case.widths[0]))
    t = jnp.asarray(np.array(numbers["t"]))
    now = {}

    def train(parameters, first, second, step, key):
        step = step + 1
        key, used = jax.random.split(key) if case.dropout else (key, None)
        loss, gradients = jax.value_and_grad(lambda p: cross_entropy(case, p, x, t, used))(parameters)
        for name, gradient in gradients.items():
            parameters[name], first[name], second[name] = updated(
                case, parameters[name], first[name], second[name], gradient, step)
        return loss, parameters, first, second, step, key

    train = jax.jit(train, donate_argnums=(0, 1, 2, 3, 4))
    predict = jax.jit(lambda parameters, x: jax.nn.softmax(logits(case, parameters, x, None)))

    def begin():
        start = {name: jnp.array(np.array(numbers[name]).reshape(shape))
                 for name, shape in cases.tensors_of(case)}
        zeros = lambda: {name: jnp.zeros_like(value) for name, value in start.items()}
        now["state"] = start, zeros(), zeros(), jnp.zeros(()), jax.random.key(cases.SEED)

    def step():
        if not case.optimizer:
            return predict(now["state"][0], x)
        value, *state = train(*now["state"])
        now["state"] = state
        return value

    return begin, step, lambda: cross_entropy(case, now["state"][0], x, t)


peer.serve(peer_jax, lambda value: float(np.asarray(value).flat[0]))
