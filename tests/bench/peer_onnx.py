"""ONNX Runtime: prediction, of a file in its format that is written here."""

import onnxruntime
import numpy as np

import cases
import peer

# A message of protocol buffers is a sequence of fields: (number, value). Numbers are those of onnx.proto.
FLOAT = 1


def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def message(*fields):
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def tensor(name, shape, values):
    return message(*[(1, extent) for extent in shape], (2, FLOAT), (8, name), (9, values.tobytes()))


def value_info(name, shape):
    extents = message(*[(1, message((1, extent))) for extent in shape])
    return message((1, name), (2, message((1, message((1, FLOAT), (2, extents))))))


def node(kind, inputs, output, **attributes):
    given = [(5, message((1, name), (3, value), (20, 2))) for name, value in attributes.items()]
    return message(*[(1, name) for name in inputs], (2, output), (4, kind), *given)


def model_of(case, numbers):
    nodes, value = [], "x"
    for k in range(1, len(case.layers)):
        nodes += [node("Gemm", [value, f"hidden{k}.W", f"hidden{k}.b"], f"z{k}", transB=1),
                  node(case.activation.capitalize(), [f"z{k}"], f"h{k}")]
        value = f"h{k}"
    nodes += [node("Gemm", [value, "p.W", "p.b"], "logits", transB=1),
              node("Softmax", ["logits"], "p", axis=1)]
    graph = message(*[(1, each) for each in nodes], (2, "net"),
                    *[(5, tensor(name, shape, numbers[name])) for name, shape in cases.tensors_of(case)],
                    (11, value_info("x", (case.batch, case.widths[0]))),
                    (12, value_info("p", (case.batch, case.widths[-1]))))
    return message((1, 8), (7, graph), (8, message((2, 13))))


def peer_onnx(case, numbers):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model_of(case, numbers), options,
                                           providers=["CPUExecutionProvider"])
    x = np.array(numbers["x"]).reshape(case.batch, case.widths[0])

    def loss():
        p = session.run(None, {"x": x})[0]
        return -np.log(p[np.arange(case.batch), numbers["t"]]).mean()

    return lambda: None, lambda: session.run(None, {"x": x})[0], loss


peer.serve(peer_onnx, lambda value: float(value[0, 0]))
