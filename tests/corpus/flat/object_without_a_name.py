# -*- coding: utf-8 -*-
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor


class 분류기(object):
    """손글씨 숫자를 softmax 회귀로 분류한다."""

    배치 = 100
    반복 = 15

    def 준비(self):
        self.학습 = MNIST("MNIST_data/", train=True, transform=ToTensor(), download=True)
        self.시험 = MNIST("MNIST_data/", train=False, transform=ToTensor(), download=True)
        self.공급 = DataLoader(dataset=self.학습, batch_size=self.배치, shuffle=True, drop_last=True)
        self.모델 = torch.nn.Linear(28 * 28, 10)
        self.최적화 = torch.optim.SGD(self.모델.parameters(), lr=0.1)

    def 학습하기(self):
        전체 = len(self.공급)
        for 회 in range(self.반복):
            평균 = 0
            for X, Y in self.공급:
                X = X.reshape(-1, 28 * 28)
                가설 = self.모델(X)
                비용 = F.cross_entropy(가설, Y)
                self.최적화.zero_grad()
                비용.backward()
                self.최적화.step()
                평균 += 비용.item() / 전체
            print("회:", 회 + 1, "비용:", 평균)

    @torch.no_grad()
    def 시험하기(self):
        X = self.시험.data.reshape(-1, 28 * 28).float() / 255.0
        맞음 = torch.argmax(self.모델(X), dim=1) == self.시험.targets
        print("정확도:", 맞음.float().mean().item())

    def 전부(self):
        self.준비()
        self.학습하기()
        self.시험하기()


분류기().전부()
