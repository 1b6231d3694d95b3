"""Usage: mnist_torch.py IMAGES LABELS TEST_IMAGES TEST_LABELS: the network of models/mnist.mlp in PyTorch."""

import gzip
import sys

import torch
import torch.nn.functional as F


def read(path, header):
    with gzip.open(path) as stream:
        return torch.frombuffer(bytearray(stream.read()[header:]), dtype=torch.uint8)


images, test_images = (read(path, 16).reshape(-1, 784).float() / 255 for path in sys.argv[1:4:2])
labels, test_labels = (read(path, 8).long() for path in sys.argv[2:5:2])
torch.manual_seed(1)
model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
for epoch in range(10):
    for rows in torch.randperm(len(images)).split(32):
        optimizer.zero_grad()
        F.cross_entropy(model(images[rows]), labels[rows]).backward()
        optimizer.step()
with torch.inference_mode():
    right = (model(test_images).argmax(1) == test_labels).float().mean()
print(f"accuracy {right:.4f}")
