# 소프트맥스 회귀로 MNIST 분류하기 (nn.Linear 없이)
import torch
import torch.nn.functional as F
import torchvision
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

torch.manual_seed(1)

# 데이터
mnist_train = torchvision.datasets.MNIST("./data", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = torchvision.datasets.MNIST("./data", train=False, transform=transforms.ToTensor(), download=True)
loader = torch.utils.data.DataLoader(mnist_train, batch_size=64, shuffle=True, drop_last=True)

# 모델 초기화
W = torch.randn(784, 10) * 0.01
b = torch.zeros(10)
W.requires_grad_()
b.requires_grad_()

# optimizer 설정
optimizer = torch.optim.SGD([W, b], lr=0.1)

nb_epochs = 10
for epoch in range(1, nb_epochs + 1):
    total_cost = 0
    for images, labels in loader:
        # 이미지를 784개 픽셀의 행으로
        x = images.view(-1, 784)
        # H(x) 계산
        z = torch.matmul(x, W) + b
        # cost 계산
        cost = F.cross_entropy(z, labels)
        # cost로 H(x) 개선
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        total_cost += cost.item()
    # 에폭마다 로그 출력
    print("Epoch {:4d}/{} Cost: {:.6f}".format(epoch, nb_epochs, total_cost / len(loader)))

# 정확도
with torch.no_grad():
    x_test = mnist_test.data.view(-1, 784).float() / 255
    y_test = mnist_test.targets
    predict = F.softmax(torch.matmul(x_test, W) + b, dim=1)
    correct = predict.max(dim=1)[1] == y_test
    print("정확도: {:.2f}%".format(correct.float().mean().item() * 100))

# 숫자 하나 예측
with torch.no_grad():
    one = mnist_test.data[0].view(1, 784).float() / 255
    print("정답:", y_test[0].item(), "예측:", torch.argmax(torch.addmm(b, one, W), dim=1).item())
plt.imshow(mnist_test.data[0], cmap="Greys")
plt.show()
