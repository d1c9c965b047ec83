# 실습 7-2: MNIST 입문
# 소프트맥스 회귀로 손글씨 숫자를 읽는다.
import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms


def load_mnist(root, train, download=False):
    """MNIST 데이터셋을 불러온다."""
    # ToTensor는 픽셀을 0~1 사이로 바꿔 준다.
    return dsets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    """데이터 로더를 만든다."""
    return torch.utils.data.DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    # [B, 1, 28, 28] -> [B, 784]
    return images.view(-1, 28 * 28)


def build_model():
    """선형 층 하나."""
    선형 = torch.nn.Linear(784, 10, bias=True)
    return 선형


def build_criterion():
    # 소프트맥스는 비용 함수 안에서 계산된다.
    return torch.nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    평균_비용 = 0
    배치_수 = len(data_loader)
    for X, Y in data_loader:
        X = flatten_images(X).to(device)  # 이미지를 한 줄로 편다
        Y = Y.to(device)  # 레이블은 원-핫이 아니다

        optimizer.zero_grad()  # 기울기 초기화
        가설 = model(X)
        비용 = criterion(가설, Y)
        비용.backward()
        optimizer.step()

        평균_비용 += 비용.item() / 배치_수
    return 평균_비용


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    비용들 = []
    for epoch in range(training_epochs):
        비용 = train_epoch(model, data_loader, criterion, optimizer, device)
        print('Epoch:', '%04d' % (epoch + 1), 'cost =', '{:.9f}'.format(비용))
        비용들.append(비용)
    print('Learning finished')
    return 비용들


def evaluate(model, dataset, device):
    맞은_수 = 0
    with torch.no_grad():  # 기울기를 계산하지 않는다
        for 이미지, 레이블 in torch.utils.data.DataLoader(dataset, batch_size=1000):
            예측 = model(flatten_images(이미지.to(device))).argmax(dim=1)
            맞은_수 += (예측 == 레이블.to(device)).sum().item()
    return 맞은_수 / len(dataset)


def predict(model, image, device):
    with torch.no_grad():
        return model(flatten_images(image.unsqueeze(0).to(device))).argmax(1).item()


def show_prediction(image, label, prediction):
    from matplotlib.figure import Figure

    그림 = Figure()
    축 = 그림.subplots()
    축.imshow(image.view(28, 28), cmap='Greys', interpolation='nearest')
    축.set_title(f'정답: {label}  예측: {prediction}')
    return 그림
