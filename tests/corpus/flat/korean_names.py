import torch
import torchvision.datasets as 데이터셋
import torchvision.transforms as 변환
import matplotlib.pyplot as plt

장치 = "cuda" if torch.cuda.is_available() else "cpu"
에폭 = 10
배치크기 = 100

학습데이터 = 데이터셋.MNIST(root="MNIST_data/", train=True, transform=변환.ToTensor(), download=True)
시험데이터 = 데이터셋.MNIST(root="MNIST_data/", train=False, transform=변환.ToTensor(), download=True)
로더 = torch.utils.data.DataLoader(학습데이터, batch_size=배치크기, shuffle=True, drop_last=True)

모델 = torch.nn.Linear(784, 10).to(장치)
손실함수 = torch.nn.CrossEntropyLoss()
최적화 = torch.optim.SGD(모델.parameters(), lr=0.1)

for 번호 in range(에폭):
    평균비용 = 0
    for 그림, 정답 in 로더:
        그림 = 그림.view(-1, 784).to(장치)
        정답 = 정답.to(장치)
        최적화.zero_grad()
        비용 = 손실함수(모델(그림), 정답)
        비용.backward()
        최적화.step()
        평균비용 += 비용 / len(로더)
    print(번호 + 1, "번째 에폭, 비용", 평균비용.item())

with torch.no_grad():
    시험그림 = 시험데이터.data.view(-1, 784).float().to(장치) / 255
    시험정답 = 시험데이터.targets.to(장치)
    맞음 = 모델(시험그림).argmax(1) == 시험정답
    print("정확도", 맞음.float().mean().item())
    예측 = 모델(시험그림[3:4]).argmax(1).item()
    print("정답", 시험정답[3].item(), "예측", 예측)
    plt.imshow(시험데이터.data[3], cmap="Greys")
    plt.show()
