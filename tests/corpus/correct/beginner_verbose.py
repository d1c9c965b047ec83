# My solution for lab 7-2
# I wrote a comment for every line so that I remember what it does.

import torch  # this is pytorch
import torch.nn as nn  # this has the layers
import torchvision  # this has the data
import torchvision.transforms as transforms  # this turns pictures into tensors
import matplotlib.pyplot as plt  # this draws


def load_mnist(root, train, download=False):
    # make the transform
    my_transform = transforms.ToTensor()
    # check if we want the training data or the test data
    if train == True:
        # this is the training data
        my_dataset = torchvision.datasets.MNIST(root=root, train=True, transform=my_transform, download=download)
    else:
        # this is the test data
        my_dataset = torchvision.datasets.MNIST(root=root, train=False, transform=my_transform, download=download)
    # give it back
    return my_dataset


def make_data_loader(dataset, batch_size=100):
    # make the loader
    my_loader = torch.utils.data.DataLoader(
        dataset=dataset,  # the data
        batch_size=batch_size,  # how many
        shuffle=True,  # mix it
        drop_last=True,  # no small batch at the end
    )
    # give it back
    return my_loader


def flatten_images(images):
    # how many pictures are there?
    number_of_images = images.shape[0]
    # how many pixels has a picture?
    number_of_pixels = images.shape[1] * images.shape[2] * images.shape[3]
    # make it flat
    flat_images = images.reshape(number_of_images, number_of_pixels)
    # give it back
    return flat_images


def build_model():
    # 784 pixels go in, 10 numbers come out
    my_model = nn.Linear(784, 10)
    return my_model


def build_criterion():
    # softmax is inside, do not do it twice!!!
    my_criterion = nn.CrossEntropyLoss()
    return my_criterion


def build_optimizer(model, learning_rate=0.1):
    my_optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    return my_optimizer


def train_epoch(model, data_loader, criterion, optimizer, device):
    # all costs go in here
    list_of_costs = []
    # go over all batches
    for batch in data_loader:
        # take the images
        images = batch[0]
        # take the labels
        labels = batch[1]
        # put them on the gpu if there is one
        images = images.to(device)
        labels = labels.to(device)
        # make them flat
        flat_images = flatten_images(images)
        # delete the old gradients
        optimizer.zero_grad()
        # forward
        my_prediction = model(flat_images)
        # how bad is it?
        my_cost = criterion(my_prediction, labels)
        # backward
        my_cost.backward()
        # make one step
        optimizer.step()
        # make a number from the tensor
        my_cost_number = my_cost.item()
        # save it
        list_of_costs.append(my_cost_number)
    # now the average
    my_sum = 0.0
    for one_cost in list_of_costs:
        my_sum = my_sum + one_cost
    my_average = my_sum / len(list_of_costs)
    return my_average


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    list_of_epoch_costs = []
    epoch_number = 0
    while epoch_number < training_epochs:
        epoch_number = epoch_number + 1
        epoch_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        # the number needs four digits
        epoch_text = str(epoch_number)
        while len(epoch_text) < 4:
            epoch_text = "0" + epoch_text
        # the cost needs nine digits
        cost_text = "%.9f" % epoch_cost
        print("Epoch: " + epoch_text + " cost = " + cost_text)
        list_of_epoch_costs.append(epoch_cost)
    print("Learning finished")
    return list_of_epoch_costs


def evaluate(model, dataset, device):
    # how many are right?
    right = 0
    # how many are there?
    total = 0
    # no gradients please
    with torch.no_grad():
        for i in range(len(dataset)):
            # one image and one label
            image, label = dataset[i]
            # the model wants a batch
            image_batch = image.reshape(1, 1, 28, 28)
            image_batch = image_batch.to(device)
            scores = model(flatten_images(image_batch))
            # which score is the biggest?
            best_score = scores[0][0]
            best_digit = 0
            for digit in range(10):
                if scores[0][digit] > best_score:
                    best_score = scores[0][digit]
                    best_digit = digit
            # is it right?
            if best_digit == label:
                right = right + 1
            total = total + 1
    accuracy = right / total
    return accuracy


def predict(model, image, device):
    image_batch = image.reshape(1, 1, 28, 28).to(device)
    with torch.no_grad():
        scores = model(flatten_images(image_batch))
    best_digit = torch.argmax(scores)
    return int(best_digit)


def show_prediction(image, label, prediction):
    # make a figure
    my_figure, my_axes = plt.subplots()
    # make the picture 2-dimensional
    picture = image.reshape(28, 28)
    # draw it
    my_axes.imshow(picture, cmap="Greys", interpolation="nearest")
    # write the title
    my_axes.set_title("Label: " + str(label) + " Prediction: " + str(prediction))
    return my_figure
